<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * One method per hook, as PrestaShop looks for them. What each means is in HookReader.
 */
trait HookMethods
{
    public function hookActionValidateOrder($params)
    {
        $this->heard('actionValidateOrder', $params);
    }

    public function hookActionValidateOrderAfter($params)
    {
        $this->heard('actionValidateOrderAfter', $params);
    }

    public function hookActionOrderStatusPostUpdate($params)
    {
        $this->heard('actionOrderStatusPostUpdate', $params);
    }

    public function hookActionOrderHistoryAddAfter($params)
    {
        $this->heard('actionOrderHistoryAddAfter', $params);
    }

    public function hookActionOrderEdited($params)
    {
        $this->heard('actionOrderEdited', $params);
    }

    public function hookActionOrderSlipAdd($params)
    {
        $this->heard('actionOrderSlipAdd', $params);
    }

    public function hookActionObjectOrderSlipAddAfter($params)
    {
        $this->heard('actionObjectOrderSlipAddAfter', $params);
    }

    public function hookActionObjectOrderUpdateAfter($params)
    {
        $this->heard('actionObjectOrderUpdateAfter', $params);
    }

    public function hookActionObjectOrderPaymentAddAfter($params)
    {
        $this->heard('actionObjectOrderPaymentAddAfter', $params);
    }

    public function hookActionObjectOrderCarrierAddAfter($params)
    {
        $this->heard('actionObjectOrderCarrierAddAfter', $params);
    }

    public function hookActionObjectOrderCarrierUpdateAfter($params)
    {
        $this->heard('actionObjectOrderCarrierUpdateAfter', $params);
    }

    public function hookActionObjectOrderCartRuleAddAfter($params)
    {
        $this->heard('actionObjectOrderCartRuleAddAfter', $params);
    }

    public function hookActionObjectProductAddAfter($params)
    {
        $this->heard('actionObjectProductAddAfter', $params);
    }

    public function hookActionObjectProductUpdateAfter($params)
    {
        $this->heard('actionObjectProductUpdateAfter', $params);
    }

    public function hookActionObjectProductDeleteAfter($params)
    {
        $this->heard('actionObjectProductDeleteAfter', $params);
    }

    public function hookActionObjectCombinationAddAfter($params)
    {
        $this->heard('actionObjectCombinationAddAfter', $params);
    }

    public function hookActionObjectCombinationUpdateAfter($params)
    {
        $this->heard('actionObjectCombinationUpdateAfter', $params);
    }

    public function hookActionObjectCombinationDeleteAfter($params)
    {
        $this->heard('actionObjectCombinationDeleteAfter', $params);
    }

    public function hookActionObjectSpecificPriceAddAfter($params)
    {
        $this->heard('actionObjectSpecificPriceAddAfter', $params);
    }

    public function hookActionObjectSpecificPriceUpdateAfter($params)
    {
        $this->heard('actionObjectSpecificPriceUpdateAfter', $params);
    }

    public function hookActionObjectSpecificPriceDeleteAfter($params)
    {
        $this->heard('actionObjectSpecificPriceDeleteAfter', $params);
    }

    public function hookActionObjectStockAvailableAddAfter($params)
    {
        $this->heard('actionObjectStockAvailableAddAfter', $params);
    }

    public function hookActionObjectStockAvailableUpdateAfter($params)
    {
        $this->heard('actionObjectStockAvailableUpdateAfter', $params);
    }

    public function hookActionObjectCustomerAddAfter($params)
    {
        $this->heard('actionObjectCustomerAddAfter', $params);
    }

    public function hookActionObjectCustomerUpdateAfter($params)
    {
        $this->heard('actionObjectCustomerUpdateAfter', $params);
    }

    public function hookActionObjectAddressAddAfter($params)
    {
        $this->heard('actionObjectAddressAddAfter', $params);
    }

    public function hookActionObjectAddressUpdateAfter($params)
    {
        $this->heard('actionObjectAddressUpdateAfter', $params);
    }

    public function hookActionObjectAddressDeleteAfter($params)
    {
        $this->heard('actionObjectAddressDeleteAfter', $params);
    }

    /**
     * Nothing leaves a hook, whatever is thrown: PrestaShop does not catch an Error, and what it interrupts stays half-done: an order
     * without a state, a state without its history row (prestashop.md 10).
     *
     * @param string $hook
     * @param array  $params
     */
    private function heard($hook, $params)
    {
        try {
            $services = Services::current();
            $shops = $services->listener()->hear($hook, (array) $params, time());
            AfterResponse::schedule($shops, [$services, 'deliverAfterResponse']);
        } catch (\Throwable $failure) {
            Log::failure('hook ' . $hook, $failure);
        }
    }
}
