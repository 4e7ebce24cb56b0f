<?php

declare(strict_types=1);

class PrestaShopLogger
{
    /** @var string[] */
    public static $messages = [];
    /** @var bool */
    public static $fails = false;

    public static function addLog($message, $severity = 1, $errorCode = null, $objectType = null, $objectId = null, $allowDuplicate = false)
    {
        if (self::$fails) {
            throw new RuntimeException('the log table is gone');
        }
        self::$messages[] = $message;

        return true;
    }
}
