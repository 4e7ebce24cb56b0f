<?php

declare(strict_types=1);

namespace Orderbro;

/**
 * The module's version. PrestaShop compares it with the installed one and runs `upgrade/`; the zip is named after it.
 */
final class Version
{
    const MODULE = '1.0.0';
}
