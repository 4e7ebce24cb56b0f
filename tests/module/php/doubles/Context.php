<?php

declare(strict_types=1);

class Context
{
    /** @var Context|null */
    private static $instance;

    public $language;
    public $shop;
    public $link;
    public $smarty;
    public $employee;

    public static function getContext()
    {
        if (self::$instance === null) {
            self::$instance = new self();
            self::$instance->language = (object) ['iso_code' => 'en', 'id' => 1];
            self::$instance->shop = (object) ['id' => 1];
            self::$instance->employee = (object) ['id' => 1];
            self::$instance->link = new Link();
        }

        return self::$instance;
    }
}

class Link
{
    public function getAdminLink($controller, $withToken = true, $sfRouteParams = [], $params = [])
    {
        return 'https://shop.example/admin/index.php?controller=' . $controller . ($params ? '&' . http_build_query($params) : '')
            . ($withToken ? '&token=admintoken' : '');
    }

    public function getModuleLink($module, $controller = 'default', array $params = [])
    {
        return 'https://shop.example/module/' . $module . '/' . $controller . '?' . http_build_query($params);
    }
}

class Tools
{
    /** @var array<string, mixed> what was submitted */
    public static $submitted = [];
    /** @var int */
    public static $htaccesses = 0;

    public static function isSubmit($name)
    {
        return isset(self::$submitted[$name]);
    }

    public static function getValue($name, $default = false)
    {
        return isset(self::$submitted[$name]) ? self::$submitted[$name] : $default;
    }

    public static function getAdminTokenLite($tab)
    {
        return 'admintoken';
    }

    public static function generateHtaccess()
    {
        ++self::$htaccesses;

        return true;
    }
}

/**
 * Prints the fields as plain HTML, escaping values as PrestaShop's templates do.
 */
class HelperForm
{
    public $module;
    public $name_controller;
    public $token;
    public $currentIndex;
    public $default_form_language;
    public $submit_action;
    public $show_toolbar;
    public $fields_value = [];

    public function generateForm(array $forms)
    {
        $html = '<form method="post" action="' . htmlspecialchars($this->currentIndex . '&token=' . $this->token) . '">';
        foreach ($forms[0]['form']['input'] as $input) {
            $value = htmlspecialchars((string) $this->fields_value[$input['name']]);
            $html .= '<p><label>' . htmlspecialchars($input['label']) . '</label> <input type="' . $input['type'] . '" name="' . $input['name']
                . '" value="' . $value . '"> <small>' . $input['desc'] . '</small></p>';
        }

        return $html . '<button name="' . $this->submit_action . '">' . $forms[0]['form']['submit']['title'] . '</button></form>';
    }
}
