<?php

declare(strict_types=1);

/**
 * PrestaShop's module class as far as the module leans on it: hooks, translations of translations/<iso>.php, messages.
 */
class Module
{
    /** @var string[] hooks that a module is registered for */
    public static $registered = [];
    /** @var string|null a hook that cannot be registered */
    public static $refusedHook;

    public $name;
    public $tab;
    public $version;
    public $author;
    public $need_instance;
    public $bootstrap;
    public $ps_versions_compliancy;
    public $displayName;
    public $description;
    public $confirmUninstall;
    public $_errors = [];
    protected $context;

    public function __construct()
    {
        $this->context = Context::getContext();
    }

    public function install()
    {
        return true;
    }

    public function uninstall()
    {
        self::$registered = [];
        Db::getInstance()->execute('DELETE FROM `ps_hook_module` WHERE `id_module` = 1');

        return true;
    }

    /** The hooks of a shop: one that PrestaShop ships, and whatever other modules hear. */
    public static function createTables(): void
    {
        foreach (['hook' => '`id_hook` INT NOT NULL AUTO_INCREMENT, `name` VARCHAR(64), PRIMARY KEY (`id_hook`)', 'hook_module' => '`id_module` INT, `id_hook` INT'] as $name => $columns) {
            Db::getInstance()->execute('DROP TABLE IF EXISTS `ps_' . $name . '`');
            Db::getInstance()->execute('CREATE TABLE IF NOT EXISTS `ps_' . $name . '` (' . $columns . ') ENGINE=InnoDB');
        }
        Db::getInstance()->execute("INSERT INTO `ps_hook` (`name`) VALUES ('actionOrderEdited')");
    }

    public function registerHook($hook_name, $shop_list = null)
    {
        if ($hook_name === self::$refusedHook || !is_callable([$this, 'hook' . ucfirst($hook_name)])) {
            return false;
        }
        self::$registered[$hook_name] = $hook_name;
        $db = Db::getInstance();
        if (!$db->getValue("SELECT `id_hook` FROM `ps_hook` WHERE `name` = '$hook_name'")) {
            $db->execute("INSERT INTO `ps_hook` (`name`) VALUES ('$hook_name')");
        }
        $db->execute("INSERT INTO `ps_hook_module` SELECT 1, `id_hook` FROM `ps_hook` WHERE `name` = '$hook_name'");

        return true;
    }

    /** Looked up and escaped as Translate::getModuleTranslation does. */
    public function l($string, $specific = false, $locale = null)
    {
        $file = _PS_MODULE_DIR_ . $this->name . '/translations/' . $this->context->language->iso_code . '.php';
        $_MODULE = [];
        if (is_file($file)) {
            $_MODULE = self::translations($file);
        }
        $key = strtolower('<{' . $this->name . '}prestashop>' . ($specific ?: $this->name)) . '_' . md5(str_replace('\'', '\\\'', $string));

        return htmlspecialchars(stripslashes(isset($_MODULE[$key]) ? $_MODULE[$key] : $string), ENT_COMPAT, 'UTF-8');
    }

    public function displayConfirmation($string)
    {
        return '<div class="alert alert-success">' . $string . '</div>';
    }

    public function displayError($error)
    {
        return '<div class="alert alert-danger">' . $error . '</div>';
    }

    private static function translations(string $file): array
    {
        global $_MODULE;
        require $file;

        return $_MODULE;
    }
}

class ModuleFrontController
{
    protected $context;
}
