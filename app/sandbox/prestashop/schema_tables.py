"""Which fields a PrestaShop resource has, in which order, and how each is written. Read with `app.sandbox.prestashop.schema`.

One word per field: `name` `*` = multilingual, `:i` = integer column (a number in 9.1.4's JSON), `:n` = a number in both versions,
`@8`/`@9` = only in that major version, `>resource` = the XML node links to that resource unless the value is empty (`+0`: links even
then), `~` = dynamic (`notFilterable`).
Surveyed from recorded answers of 9.1.4 and 8.2.1; `customizations` was never recorded, its fields are PrestaShop's `Customization` class.
"""

from __future__ import annotations

FIELDS: dict[str, tuple[str, str]] = {
    "orders": (
        "order",
        """id:i id_address_delivery:i>addresses id_address_invoice:i>addresses id_cart:i>carts id_currency:i>currencies
        id_lang:i>languages id_customer:i>customers id_carrier:i>carriers current_state:i>order_states module invoice_number:i
        invoice_date delivery_number:i delivery_date valid date_add date_upd shipping_number~ note id_shop_group:i id_shop:i
        secure_key payment recyclable gift gift_message mobile_theme total_discounts total_discounts_tax_incl
        total_discounts_tax_excl total_paid total_paid_tax_incl total_paid_tax_excl total_paid_real total_products
        total_products_wt total_shipping total_shipping_tax_incl total_shipping_tax_excl carrier_tax_rate total_wrapping
        total_wrapping_tax_incl total_wrapping_tax_excl round_mode:i round_type:i conversion_rate reference""",
    ),
    "order_details": (
        "order_detail",
        """id:i id_order:i>orders product_id:i>products product_attribute_id:i>combinations+0 product_quantity_reinjected:i
        group_reduction discount_quantity_applied:i download_hash download_deadline id_order_invoice:i id_warehouse:i id_shop:i
        id_customization:i product_name product_quantity:i product_quantity_in_stock:i product_quantity_return:i
        product_quantity_refunded:i product_price reduction_percent reduction_amount reduction_amount_tax_incl
        reduction_amount_tax_excl product_quantity_discount product_ean13 product_isbn product_upc product_mpn
        product_reference product_supplier_reference product_weight tax_computation_method:i id_tax_rules_group:i ecotax
        ecotax_tax_rate download_nb:i unit_price_tax_incl unit_price_tax_excl total_price_tax_incl total_price_tax_excl
        total_shipping_price_tax_excl total_shipping_price_tax_incl purchase_supplier_price original_product_price
        original_wholesale_price total_refunded_tax_excl total_refunded_tax_incl""",
    ),
    "order_histories": ("order_history", "id:i id_employee:i>employees id_order_state:i>order_states id_order:i>orders date_add"),
    "order_cart_rules": (
        "order_cart_rule",
        "id:i id_order:i>orders id_cart_rule:i id_order_invoice:i name value value_tax_excl free_shipping deleted",
    ),
    "cart_rules": (
        "cart_rule",
        """id:i id_customer:i date_from date_to description quantity:i quantity_per_user:i priority:i partial_use code
        minimum_amount minimum_amount_tax minimum_amount_currency:i minimum_amount_shipping minimum_product_quantity:i@9
        country_restriction carrier_restriction group_restriction cart_rule_restriction product_restriction shop_restriction
        free_shipping reduction_percent reduction_amount reduction_tax reduction_currency:i reduction_product:i
        reduction_exclude_special gift_product:i gift_product_attribute:i highlight active date_add date_upd
        id_cart_rule_type:i@9 name*""",
    ),
    "order_carriers": (
        "order_carrier",
        """id:i id_order:i>orders id_carrier:i>carriers id_order_invoice:i weight shipping_cost_tax_excl shipping_cost_tax_incl
        tracking_number date_add""",
    ),
    "order_slip": (
        "order_slip",
        """id:i id_customer:i>customers id_order:i>orders conversion_rate total_products_tax_excl total_products_tax_incl
        total_shipping_tax_excl total_shipping_tax_incl amount shipping_cost shipping_cost_amount partial:i date_add date_upd
        order_slip_type:i""",
    ),
    "order_invoices": (
        "order_invoice",
        """id:i id_order:i number:i delivery_number:i delivery_date total_discount_tax_excl total_discount_tax_incl
        total_paid_tax_excl total_paid_tax_incl total_products total_products_wt total_shipping_tax_excl total_shipping_tax_incl
        shipping_tax_computation_method:i total_wrapping_tax_excl total_wrapping_tax_incl shop_address note date_add""",
    ),
    "order_payments": (
        "order_payment",
        """id:i order_reference id_currency:i amount payment_method conversion_rate transaction_id card_number card_brand
        card_expiration card_holder date_add id_employee:i""",
    ),
    "customers": (
        "customer",
        """id:i id_default_group:i>groups id_lang:i>languages newsletter_date_add ip_registration_newsletter last_passwd_gen
        secure_key deleted passwd lastname firstname email id_gender:i birthday newsletter optin website company siret ape
        outstanding_allow_amount show_public_prices id_risk:i max_payment_days:i active note is_guest id_shop:i id_shop_group:i
        date_add date_upd reset_password_token reset_password_validity""",
    ),
    "addresses": (
        "address",
        """id:i id_customer:i>customers id_manufacturer:i id_supplier:i id_warehouse:i@8 id_country:i>countries id_state:i>states
        id_warehouse:i@9 alias company lastname firstname vat_number address1 address2 postcode city other phone phone_mobile dni
        deleted date_add date_upd""",
    ),
    "messages": (
        "message",
        "id:i id_cart:i>carts id_order:i>orders id_customer:i>customers id_employee:i message private date_add",
    ),
    "customizations": (
        "customization",
        """id:i id_address_delivery:i>addresses id_cart:i>carts id_product:i>products id_product_attribute:i quantity:i
        quantity_refunded:i quantity_returned:i in_cart""",
    ),
    "currencies": (
        "currency",
        """id:i names* name~ symbol* iso_code numeric_iso_code precision:i conversion_rate deleted:i active:i unofficial:i
        modified:i pattern*""",
    ),
    "countries": (
        "country",
        """id:i id_zone:i>zones id_currency:i call_prefix:i iso_code active contains_states need_identification_number
        need_zip_code zip_code_format display_tax_label name*""",
    ),
    "taxes": ("tax", "id:i rate active deleted name*"),
    "carriers": (
        "carrier",
        """id:i deleted is_module id_tax_rules_group:n>tax_rule_groups~ id_reference:i name active is_free url shipping_handling
        shipping_external range_behavior shipping_method:i max_width:i max_height:i max_depth:i max_weight grade:i
        external_module_name need_range position:i delay*""",
    ),
    "order_states": (
        "order_state",
        """id:i unremovable delivery hidden send_email module_name invoice color logable shipped paid pdf_delivery pdf_invoice
        deleted name* template*""",
    ),
    "languages": (
        "language",
        "id:i name iso_code locale language_code active:i is_rtl:i date_format_lite date_format_full",
    ),
    "configurations": ("configuration", "id:i value name id_shop_group id_shop date_add date_upd"),
    "shops": ("shop", "id:i id_shop_group:i>shop_groups id_category:i active:i deleted:i name color theme_name"),
    "products": (
        "product",
        """id:i id_manufacturer:i>manufacturers id_supplier:i>suppliers id_category_default:i>categories new
        cache_default_attribute:i id_default_image:i>images/products/{id}~ id_default_combination:n>combinations~
        id_tax_rules_group:i>tax_rule_groups position_in_category:i~ manufacturer_name~ quantity:i~ type~ id_shop_default:i
        reference supplier_reference location width height depth weight quantity_discount ean13 isbn upc mpn cache_is_pack
        cache_has_attachments is_virtual state:i additional_delivery_times:i delivery_in_stock* delivery_out_stock* product_type
        on_sale online_only ecotax minimal_quantity:i low_stock_threshold:i low_stock_alert price wholesale_price unity
        unit_price unit_price_ratio additional_shipping_cost customizable:i text_fields:i uploadable_files:i active
        redirect_type id_type_redirected:i available_for_order available_date show_condition condition show_price indexed
        visibility advanced_stock_management date_add date_upd pack_stock_type:i meta_description* meta_keywords*@8 meta_title*
        link_rewrite* name* description* description_short* available_now* available_later*""",
    ),
    "combinations": (
        "combination",
        """id:i id_product:i>products ean13 isbn upc mpn reference supplier_reference wholesale_price price ecotax weight
        unit_price_impact minimal_quantity:i low_stock_threshold:i low_stock_alert default_on available_date available_now*
        available_later*""",
    ),
    "carts": (
        "cart",
        """id:i id_address_delivery:i>addresses id_address_invoice:i>addresses id_currency:i>currencies id_customer:i>customers
        id_guest:i>guests id_lang:i>languages id_shop_group:i id_shop:i id_carrier:i recyclable gift gift_message mobile_theme
        delivery_option secure_key allow_seperated_package date_add date_upd""",
    ),
    "customer_threads": (
        "customer_thread",
        """id:i id_lang:i>languages id_shop:i>shops id_customer:i>customers id_order:i>orders id_product:i id_contact:i email
        token status date_add date_upd""",
    ),
    "stock_availables": (
        "stock_available",
        """id:i id_product:i>products id_product_attribute:i>combinations id_shop:i>shops id_shop_group:i quantity:i
        depends_on_stock out_of_stock:i location""",
    ),
    "specific_prices": (
        "specific_price",
        """id:i id_shop_group:i id_shop:i id_cart:i id_product:i>products id_product_attribute:i id_currency:i id_country:i
        id_group:i id_customer:i id_specific_price_rule:i price from_quantity:i reduction reduction_tax:i reduction_type from
        to""",
    ),
    "categories": (
        "category",
        """id:i id_parent:i>categories level_depth:i nb_products_recursive:i~ active id_shop_default:i is_root_category
        position:i redirect_type@9 id_type_redirected:i@9 date_add date_upd name* link_rewrite* description*
        additional_description* meta_title* meta_description* meta_keywords*@8""",
    ),
    "groups": ("group", "id:i reduction price_display_method:i show_prices:i date_add date_upd name*"),
    "tax_rules": (
        "tax_rule",
        """id:i id_tax_rules_group:i>tax_rule_groups id_state:i id_country:i>countries zipcode_from zipcode_to id_tax:i
        behavior:i description""",
    ),
    "tax_rule_groups": ("tax_rule_group", "id:i name active deleted date_add date_upd"),
    "shop_urls": ("shop_url", "id:i id_shop:i>shops active main domain domain_ssl physical_uri virtual_uri"),
    "shop_groups": ("shop_group", "id:i name color share_customer:i share_order:i share_stock:i active:i deleted:i"),
    "zones": ("zone", "id:i name active"),
    "product_options": ("product_option", "id:i is_color_group group_type position:i name* public_name*"),
    "product_option_values": ("product_option_value", "id:i id_attribute_group:i>product_options color position:i name*"),
    "order_returns": ("order_return", "id:i id_customer:i>customers id_order:i>orders state:i question date_add date_upd"),
}

# resource -> association -> (node, api attribute or "" for a virtual entity, link of a node or "", fields)
ASSOCIATIONS: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "orders": {
        "order_rows": (
            "order_row",
            "",
            "",
            """id:i product_id:i>products product_attribute_id:i product_quantity:i product_name product_reference product_ean13
            product_isbn product_upc product_price id_customization:i>customizations unit_price_tax_incl unit_price_tax_excl""",
        )
    },
    "order_details": {"taxes": ("tax", "taxes", "taxes/{id}", "id:i")},
    "order_slip": {
        "order_slip_details": (
            "order_slip_detail",
            "",
            "",
            "id:i id_order_detail:i product_quantity:i amount_tax_excl amount_tax_incl",
        )
    },
    "customers": {"groups": ("group", "groups", "groups/{id}", "id:i")},
    "customizations": {
        "customized_data_text_fields": (
            "customized_data_text_field",
            "",
            "",
            "id_customization_field:i>product_customization_fields value",
        ),
        "customized_data_images": (
            "customized_data_image",
            "",
            "",
            "id_customization_field:i>product_customization_fields value",
        ),
    },
    "products": {
        "categories": ("category", "categories", "categories/{id}", "id:i"),
        "images": ("image", "images", "images/products/{owner}/{id}", "id:i"),
        "combinations": ("combination", "combinations", "combinations/{id}", "id:i"),
        "product_option_values": ("product_option_value", "product_option_values", "product_option_values/{id}", "id:i"),
        "product_features": (
            "product_feature",
            "product_features",
            "product_features/{id}",
            "id:i id_feature_value:i>product_feature_values",
        ),
        "tags": ("tag", "tags", "tags/{id}", "id:i"),
        "stock_availables": ("stock_available", "stock_availables", "stock_availables/{id}", "id:i id_product_attribute:i"),
        "attachments": ("attachment", "attachments", "attachments/{id}", "id:i"),
        "accessories": ("product", "products", "products/{id}", "id:i"),
        "product_bundle": ("product", "products", "", "id:i id_product_attribute:i quantity:i"),
    },
    "combinations": {
        "product_option_values": ("product_option_value", "product_option_values", "product_option_values/{id}", "id:i"),
        "images": ("image", "images/products", "images/products/{id_product}/{id}", "id:i"),
    },
    "carts": {
        "cart_rows": (
            "cart_row",
            "",
            "",
            """id_product:i>products id_product_attribute:i>combinations id_address_delivery:i>addresses
            id_customization:i>customizations quantity:i""",
        )
    },
    "customer_threads": {"customer_messages": ("customer_message", "customer_messages", "customer_messages/{id}", "id:i")},
    "categories": {
        "categories": ("category", "categories", "categories/{id}", "id:i"),
        "products": ("product", "products", "products/{id}", "id:i"),
    },
    "product_options": {
        "product_option_values": ("product_option_value", "product_option_values", "product_option_values/{id}", "id:i"),
    },
}

# What the server's answer to an unknown resource lists. (prestashop.md 2; 8.2.1 knows other stock resources and no order_returns.)
RESOURCES_OF_BOTH = """addresses attachments carriers cart_rules carts categories combinations configurations contacts
    content_management_system countries currencies customer_messages customer_threads customers customizations deliveries employees groups
    guests image_types images languages manufacturers messages order_carriers order_cart_rules order_details order_histories
    order_invoices order_payments order_slip order_states orders price_ranges product_customization_fields product_feature_values
    product_features product_option_values product_options product_suppliers products search shop_groups shop_urls shops
    specific_price_rules specific_prices states stock_availables stock_movement_reasons stock_movements stocks stores suppliers tags
    tax_rule_groups tax_rules taxes translated_configurations warehouses weight_ranges zones"""
RESOURCES_OF_9 = "order_returns"
RESOURCES_OF_8 = """supply_order_details supply_order_histories supply_order_receipt_histories supply_order_states supply_orders
    warehouse_product_locations"""
