{**
 * What there is to see and to press besides the form. `$orderbro` is put together in SettingsPage; `t` holds the sentences.
 *}
{assign var=t value=$orderbro.t}

<div class="panel" id="orderbro-delivery">
  <h3><i class="icon-truck"></i> {$t.delivery|escape:'html':'UTF-8'}</h3>
  {foreach $orderbro.warnings as $warning}
    <div class="alert alert-warning">{$warning|escape:'html':'UTF-8'}</div>
  {/foreach}
  <table class="table">
    <tbody>
      <tr><th>{$t.waiting|escape:'html':'UTF-8'}</th><td>{$orderbro.figures.waiting|escape:'html':'UTF-8'}</td></tr>
      <tr><th>{$t.failing|escape:'html':'UTF-8'}</th><td>{$orderbro.figures.failing|escape:'html':'UTF-8'}</td></tr>
      <tr><th>{$t.parked|escape:'html':'UTF-8'}</th><td>{$orderbro.figures.parked|escape:'html':'UTF-8'}</td></tr>
      <tr><th>{$t.oldest|escape:'html':'UTF-8'}</th><td>{$orderbro.oldest|escape:'html':'UTF-8'}</td></tr>
      <tr><th>{$t.delivered|escape:'html':'UTF-8'}</th><td>{$orderbro.delivered|escape:'html':'UTF-8'}</td></tr>
      <tr><th>{$t.last_success|escape:'html':'UTF-8'}</th><td>{$orderbro.last_success|escape:'html':'UTF-8'}</td></tr>
      <tr><th>{$t.last_failure|escape:'html':'UTF-8'}</th><td>{$orderbro.last_failure|escape:'html':'UTF-8'}</td></tr>
    </tbody>
  </table>
  <form method="post" action="{$orderbro.action|escape:'html':'UTF-8'}" class="form-inline">
    <button type="submit" name="submitOrderbroTest" class="btn btn-default">{$t.test|escape:'html':'UTF-8'}</button>
    <button type="submit" name="submitOrderbroSendNow" class="btn btn-default">{$t.send_now|escape:'html':'UTF-8'}</button>
    <label for="orderbro_order">{$t.order_number|escape:'html':'UTF-8'}</label>
    <input type="text" name="orderbro_order" id="orderbro_order" class="form-control fixed-width-sm" inputmode="numeric">
    <button type="submit" name="submitOrderbroResendOrder" class="btn btn-default">{$t.resend_order|escape:'html':'UTF-8'}</button>
  </form>
</div>

{if $orderbro.parked}
<div class="panel" id="orderbro-parked">
  <h3><i class="icon-warning-sign"></i> {$t.parked_title|escape:'html':'UTF-8'}</h3>
  <table class="table">
    <thead>
      <tr>
        <th>{$t.notice|escape:'html':'UTF-8'}</th>
        <th>{$t.since|escape:'html':'UTF-8'}</th>
        <th>{$t.attempts|escape:'html':'UTF-8'}</th>
        <th>{$t.reason|escape:'html':'UTF-8'}</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      {foreach $orderbro.parked as $row}
      <tr>
        <td>{$row.notice|escape:'html':'UTF-8'}</td>
        <td>{$row.since|escape:'html':'UTF-8'}</td>
        <td>{$row.attempts|escape:'html':'UTF-8'}</td>
        <td>{$row.reason|escape:'html':'UTF-8'}</td>
        <td>
          <form method="post" action="{$orderbro.action|escape:'html':'UTF-8'}">
            <input type="hidden" name="orderbro_row" value="{$row.id|escape:'html':'UTF-8'}">
            <input type="hidden" name="orderbro_version" value="{$row.version|escape:'html':'UTF-8'}">
            <button type="submit" name="submitOrderbroResend" class="btn btn-default btn-xs">{$t.resend|escape:'html':'UTF-8'}</button>
            <button type="submit" name="submitOrderbroDiscard" class="btn btn-default btn-xs">{$t.discard|escape:'html':'UTF-8'}</button>
          </form>
        </td>
      </tr>
      {/foreach}
    </tbody>
  </table>
  <p class="help-block">{$orderbro.more_parked|escape:'html':'UTF-8'}</p>
</div>
{/if}

<div class="panel" id="orderbro-secret">
  <h3><i class="icon-key"></i> {$t.secret|escape:'html':'UTF-8'}</h3>
  <p><code>{$orderbro.secret|escape:'html':'UTF-8'}</code></p>
  <p class="help-block">{$t.secret_help|escape:'html':'UTF-8'}</p>
  <form method="post" action="{$orderbro.action|escape:'html':'UTF-8'}">
    {if $orderbro.previous_secret}
      <p>{$t.previous_secret|escape:'html':'UTF-8'}: <code>{$orderbro.previous_secret|escape:'html':'UTF-8'}</code></p>
      <p class="help-block">{$t.previous_help|escape:'html':'UTF-8'}</p>
      <button type="submit" name="submitOrderbroDrop" class="btn btn-default">{$t.drop|escape:'html':'UTF-8'}</button>
    {else}
      <button type="submit" name="submitOrderbroExchange" class="btn btn-default">{$t.exchange|escape:'html':'UTF-8'}</button>
    {/if}
  </form>
</div>

<div class="panel" id="orderbro-access">
  <h3><i class="icon-exchange"></i> {$t.access|escape:'html':'UTF-8'}</h3>
  <p>{$orderbro.key_state|escape:'html':'UTF-8'}</p>
  <p class="help-block">{$t.access_help|escape:'html':'UTF-8'}</p>
  <form method="post" action="{$orderbro.action|escape:'html':'UTF-8'}">
    <button type="submit" name="submitOrderbroCreateKey" class="btn btn-default">
      {if $orderbro.has_key}{$t.replace_key|escape:'html':'UTF-8'}{else}{$t.create_key|escape:'html':'UTF-8'}{/if}
    </button>
    {if $orderbro.has_key}
      <button type="submit" name="submitOrderbroRemoveKey" class="btn btn-default">{$t.remove_key|escape:'html':'UTF-8'}</button>
    {/if}
  </form>
</div>

<div class="panel" id="orderbro-cron">
  <h3><i class="icon-time"></i> {$t.cron|escape:'html':'UTF-8'}</h3>
  <p>{$t.cron_help|escape:'html':'UTF-8'}</p>
  <p><code>{$orderbro.cron_command|escape:'html':'UTF-8'}</code></p>
  <p><code>{$orderbro.cron_url|escape:'html':'UTF-8'}</code></p>
</div>
