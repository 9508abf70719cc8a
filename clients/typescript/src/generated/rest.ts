// Written by `npm run generate` from schema/openapi.json. Do not edit.
export interface paths {
    "/api/v1/customer/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a customer, or return the existing one
         * @description Registers a new customer, or returns the one that has this e-mail address. `newAccount` tells which. Company fields that an existing profile lacks are filled in; existing values are never overwritten.
         *
         *     Needs the scope `customer:create`.
         */
        post: operations["postApiV1CustomerCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer/credit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's credit ledger
         * @description Lists the entries of the credit ledger, newest first. For the next page, send the `id` of the last one as `after`.
         *
         *     Needs the scope `customer:read`.
         */
        get: operations["getApiV1CustomerCreditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a customer
         * @description Shows the profile of a customer.
         *
         *     Needs the scope `customer:read`.
         */
        get: operations["getApiV1CustomerDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer/update-profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Update a customer's profile
         * @description Changes the profile of the customer that has this e-mail address. A member that is absent stays as it is; one that is `null`, or empty, is cleared. `customerRealIp` is noted as `create` does. `groups` are joined besides those that the customer belongs to. All of it is done, or nothing.
         *
         *     Needs the scope `customer:write`.
         */
        post: operations["postApiV1CustomerUpdateProfile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ping/v1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Test an API key
         * @description Answers a request with a good key, whatever its scopes are. It counts towards the limit of the key.
         */
        get: operations["getPingV1"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        CreateCustomerInput: {
            /** @description The API key, as text, for clients that send it in the body. It is used when the URL holds none. */
            apiKey?: unknown;
            /** @description Name of the company, if the customer is one or acts for one. At most 255 characters, after runs of white space are reduced to one space. */
            companyName?: string | null;
            /** @description Company registration number. Spaces are removed, leading zeros are kept; at most 32 characters remain. */
            companyRegistrationNumber?: string | null;
            /** @description Where the customer comes from: IPv4 or IPv6 address. An empty value, localhost, ::1 and 0.0.0.0 stand for 127.0.0.1. */
            customerRealIp?: string | null;
            /** @description E-mail address, at most 254 characters once it is normalised. The customer is found by the mailbox that it leads to. */
            email: string;
            /** @description Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain. */
            taxIdentificationNumber?: string | null;
        };
        CreditLog: {
            /**
             * Format: int32
             * @description Credit, in whole units; may be negative.
             */
            creditBalance: number;
            items: {
                /**
                 * Format: int32
                 * @description Whole credits; negative where credit was taken.
                 */
                amount: number;
                /**
                 * Format: int32
                 * @description Balance after this entry.
                 */
                balance: number;
                description: string;
                /** @description The `transactionId` of the entry. */
                id: string;
                /** Format: date-time */
                insertedDate: string;
            }[];
            /** @constant */
            success: true;
        };
        /** @description A request that failed. */
        CreditLogError: {
            error: {
                /** @description What went wrong, for programs. More codes may be added; the status tells their kind. */
                code: ("INTERNAL_REQUEST_MALFORMED" | "PUBLIC_API_KEY_SCOPE_NOT_ALLOWED" | "PUBLIC_API_KEY_IS_EMPTY" | "PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT" | "PUBLIC_API_KEY_SAMPLE_VALUE" | "PUBLIC_API_KEY_DOES_NOT_EXIST" | "PUBLIC_API_KEY_HAS_BEEN_DELETED" | "PUBLIC_API_KEY_IS_NOT_ACTIVE" | "PUBLIC_API_KEY_HAS_BEEN_EXPIRED" | "INTERNAL_VALIDATION_FAILED" | "INTERNAL_TOO_MANY_REQUESTS" | "INTERNAL_SERVER_ERROR" | "INTERNAL_SERVICE_UNAVAILABLE" | "PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED") | string;
                /** @description What to do about it. */
                description: string;
                /** @description Page that explains the code: a path of this gateway, or a whole URL where it knows its own. */
                docUrl: string;
                /** @description Every part of the request that breaks a rule. */
                fields?: {
                    /** @description Which rule it breaks. */
                    message: string;
                    /** @description Member of the request, such as `email` or `apiKey`; or the header `Idempotency-Key`. */
                    path: string;
                }[];
                /** @description What went wrong, for people. */
                message: string;
                /** @description Id of the request, to quote in questions about it. */
                requestId: string;
                /** @description Seconds to wait before the next attempt. */
                retry_after?: number;
            };
        };
        CustomerDetail: {
            ban: boolean;
            companyName?: string;
            /**
             * Format: int32
             * @description Credit, in whole units; may be negative.
             */
            creditBalance: number;
            /** @description Public reference; never changes. */
            cuRefNo: string;
            customFields: {
                [key: string]: unknown;
            };
            /** @description Normalised e-mail address; null for a contact that was imported with a phone alone. */
            email: string | null;
            firstName?: string;
            groups: {
                name: string;
                slug: string;
            }[];
            lastName?: string;
            meta: {
                [key: string]: unknown;
            };
            /** @description Prefix, one space, digits: `+420 777123456`. */
            phone?: string;
            premium: boolean;
            /** @description The customer who referred this one. */
            referral?: {
                /** @description The referring customer's `cuRefNo`. */
                code: string;
                email: string | null;
                firstName?: string;
                lastName?: string;
            };
            runningSubscriptionList: {
                autoRenew: boolean;
                externalId: string;
                orderHash: string;
                orderNumber: string;
                productCode: string;
                productSlug: string;
            }[];
            /** @constant */
            success: true;
        };
        /** @description A request that failed. */
        CustomerDetailError: {
            error: {
                /** @description What went wrong, for programs. More codes may be added; the status tells their kind. */
                code: ("INTERNAL_REQUEST_MALFORMED" | "PUBLIC_API_KEY_SCOPE_NOT_ALLOWED" | "PUBLIC_API_KEY_IS_EMPTY" | "PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT" | "PUBLIC_API_KEY_SAMPLE_VALUE" | "PUBLIC_API_KEY_DOES_NOT_EXIST" | "PUBLIC_API_KEY_HAS_BEEN_DELETED" | "PUBLIC_API_KEY_IS_NOT_ACTIVE" | "PUBLIC_API_KEY_HAS_BEEN_EXPIRED" | "INTERNAL_VALIDATION_FAILED" | "INTERNAL_TOO_MANY_REQUESTS" | "INTERNAL_SERVER_ERROR" | "INTERNAL_SERVICE_UNAVAILABLE" | "PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED") | string;
                /** @description What to do about it. */
                description: string;
                /** @description Page that explains the code: a path of this gateway, or a whole URL where it knows its own. */
                docUrl: string;
                /** @description Every part of the request that breaks a rule. */
                fields?: {
                    /** @description Which rule it breaks. */
                    message: string;
                    /** @description Member of the request, such as `email` or `apiKey`; or the header `Idempotency-Key`. */
                    path: string;
                }[];
                /** @description What went wrong, for people. */
                message: string;
                /** @description Id of the request, to quote in questions about it. */
                requestId: string;
                /** @description Seconds to wait before the next attempt. */
                retry_after?: number;
            };
        };
        CustomerProfile: {
            ban: boolean;
            companyName?: string;
            /**
             * Format: int32
             * @description Credit, in whole units; may be negative.
             */
            creditBalance: number;
            /** @description Public reference; never changes. */
            cuRefNo: string;
            customFields: {
                [key: string]: unknown;
            };
            firstName?: string;
            groups: {
                name: string;
                slug: string;
            }[];
            lastName?: string;
            meta: {
                [key: string]: unknown;
            };
            /** @description Whether this call created the customer. */
            newAccount: boolean;
            /** @description Prefix, one space, digits: `+420 777123456`. */
            phone?: string;
            premium: boolean;
            /** @description The customer who referred this one. */
            referral?: {
                /** @description The referring customer's `cuRefNo`. */
                code: string;
                email: string | null;
                firstName?: string;
                lastName?: string;
            };
            runningSubscriptionList: {
                autoRenew: boolean;
                externalId: string;
                orderHash: string;
                orderNumber: string;
                productCode: string;
                productSlug: string;
            }[];
            /** @constant */
            success: true;
        };
        /** @description A request that failed. */
        ErrorBody: {
            error: {
                /** @description What went wrong, for programs. More codes may be added; the status tells their kind. */
                code: ("INTERNAL_REQUEST_MALFORMED" | "PUBLIC_API_KEY_SCOPE_NOT_ALLOWED" | "PUBLIC_API_KEY_IS_EMPTY" | "PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT" | "PUBLIC_API_KEY_SAMPLE_VALUE" | "PUBLIC_API_KEY_DOES_NOT_EXIST" | "PUBLIC_API_KEY_HAS_BEEN_DELETED" | "PUBLIC_API_KEY_IS_NOT_ACTIVE" | "PUBLIC_API_KEY_HAS_BEEN_EXPIRED" | "INTERNAL_CONFLICT" | "INTERNAL_PAYLOAD_TOO_LARGE" | "INTERNAL_UNSUPPORTED_MEDIA_TYPE" | "INTERNAL_VALIDATION_FAILED" | "INTERNAL_TOO_MANY_REQUESTS" | "INTERNAL_SERVER_ERROR" | "INTERNAL_SERVICE_UNAVAILABLE") | string;
                /** @description What to do about it. */
                description: string;
                /** @description Page that explains the code: a path of this gateway, or a whole URL where it knows its own. */
                docUrl: string;
                /** @description Every part of the request that breaks a rule. */
                fields?: {
                    /** @description Which rule it breaks. */
                    message: string;
                    /** @description Member of the request, such as `email` or `apiKey`; or the header `Idempotency-Key`. */
                    path: string;
                }[];
                /** @description What went wrong, for people. */
                message: string;
                /** @description Id of the request, to quote in questions about it. */
                requestId: string;
                /** @description Seconds to wait before the next attempt. */
                retry_after?: number;
            };
        };
        Ping: {
            /** @constant */
            success: true;
        };
        UpdatedCustomer: {
            ban: boolean;
            companyName?: string;
            /**
             * Format: int32
             * @description Credit, in whole units; may be negative.
             */
            creditBalance: number;
            /** @description Public reference; never changes. */
            cuRefNo: string;
            customFields: {
                [key: string]: unknown;
            };
            /** @description Normalised e-mail address; null for a contact that was imported with a phone alone. */
            email: string | null;
            firstName?: string;
            groups: {
                name: string;
                slug: string;
            }[];
            lastName?: string;
            meta: {
                [key: string]: unknown;
            };
            /** @description Prefix, one space, digits: `+420 777123456`. */
            phone?: string;
            premium: boolean;
            /** @description The customer who referred this one. */
            referral?: {
                /** @description The referring customer's `cuRefNo`. */
                code: string;
                email: string | null;
                firstName?: string;
                lastName?: string;
            };
            runningSubscriptionList: {
                autoRenew: boolean;
                externalId: string;
                orderHash: string;
                orderNumber: string;
                productCode: string;
                productSlug: string;
            }[];
            /** @constant */
            success: true;
        };
        /** @description A request that failed. */
        UpdatedCustomerError: {
            error: {
                /** @description What went wrong, for programs. More codes may be added; the status tells their kind. */
                code: ("INTERNAL_REQUEST_MALFORMED" | "PUBLIC_API_KEY_SCOPE_NOT_ALLOWED" | "PUBLIC_API_KEY_IS_EMPTY" | "PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT" | "PUBLIC_API_KEY_SAMPLE_VALUE" | "PUBLIC_API_KEY_DOES_NOT_EXIST" | "PUBLIC_API_KEY_HAS_BEEN_DELETED" | "PUBLIC_API_KEY_IS_NOT_ACTIVE" | "PUBLIC_API_KEY_HAS_BEEN_EXPIRED" | "INTERNAL_CONFLICT" | "INTERNAL_PAYLOAD_TOO_LARGE" | "INTERNAL_UNSUPPORTED_MEDIA_TYPE" | "INTERNAL_VALIDATION_FAILED" | "INTERNAL_TOO_MANY_REQUESTS" | "INTERNAL_SERVER_ERROR" | "INTERNAL_SERVICE_UNAVAILABLE" | "PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED") | string;
                /** @description What to do about it. */
                description: string;
                /** @description Page that explains the code: a path of this gateway, or a whole URL where it knows its own. */
                docUrl: string;
                /** @description Every part of the request that breaks a rule. */
                fields?: {
                    /** @description Which rule it breaks. */
                    message: string;
                    /** @description Member of the request, such as `email` or `apiKey`; or the header `Idempotency-Key`. */
                    path: string;
                }[];
                /** @description What went wrong, for people. */
                message: string;
                /** @description Id of the request, to quote in questions about it. */
                requestId: string;
                /** @description Seconds to wait before the next attempt. */
                retry_after?: number;
            };
        };
        UpdateProfileInput: {
            /** @description The API key, as text, for clients that send it in the body. It is used when the URL holds none. */
            apiKey?: unknown;
            /** @description City; at most 255 characters. */
            city?: string | null;
            /** @description Part of the city; at most 255 characters. */
            cityPart?: string | null;
            /** @description Name of the company; at most 255 characters. */
            companyName?: string | null;
            /** @description Company registration number. Spaces are removed; at most 32 characters remain. */
            companyRegistrationNumber?: string | null;
            /** @description Country, as a code of ISO 3166-1 alpha-2. */
            country?: string | null;
            /** @description Where the customer comes from: an IPv4 or IPv6 address. */
            customerRealIp?: string | null;
            /** @description E-mail address of the customer to change. */
            email: string;
            /** @description First name; at most 255 characters. */
            firstName?: string | null;
            /** @description Slugs of groups that the customer joins, at most 100. It leaves none, and groups that the organisation does not have are created. Absent, `null` or empty to change nothing. In a form: `groups[]`, `groups[0]` or `groups`, once for each. */
            groups?: string[] | null;
            /** @description Last name; at most 255 characters. */
            lastName?: string | null;
            /** @description Whole name, which is split at its last blank; one word is a first name. Read where `firstName` and `lastName` are both absent, null or empty. */
            name?: string | null;
            /** @description Whether the customer wants the newsletter. In a form: `1`, `0`, `true`, `false` or `on`. */
            newsletter?: boolean | null;
            /** @description Phone number in any usual spelling, with the country code; without it, as a number of the country of the address. */
            phone?: string | null;
            /** @description Postal code; at most 32 characters. */
            postalCode?: string | null;
            /** @description Language, as a tag such as `cs` or `en-GB`. */
            primaryLocale?: string | null;
            /** @description `cuRefNo` of the customer who brought this one. `null` or empty for nobody; absent to keep what is there. */
            referralId?: string | null;
            /** @description State or region; at most 255 characters. */
            stateRegion?: string | null;
            /** @description Street and number; at most 255 characters. */
            streetAddress?: string | null;
            /** @description Tax or VAT number. Spaces are removed, letters become upper case; at most 32 characters remain. */
            taxIdentificationNumber?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description `true` on the answer to a repeated `Idempotency-Key`: it is that of the first request, which alone did something. */
        "Idempotent-Replayed": "true";
        /** @description Seconds to wait before the next attempt. */
        "Retry-After": number;
        /** @description When the key expires, in its last 14 days. */
        "X-API-Key-Expires-At": string;
        /** @description Requests per minute that the key may make. A `ROOT` key has no limit, hence none of these headers. */
        "X-RateLimit-Limit": number;
        /** @description Requests that it may still make in the current window. */
        "X-RateLimit-Remaining": number;
        /** @description When the oldest counted requests leave the window, in Unix seconds. */
        "X-RateLimit-Reset": number;
        /** @description Id of the request: the one sent, or a new one. */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    postApiV1CustomerCreate: {
        parameters: {
            query?: {
                /** @description The API key, for clients that cannot send a header. This place is checked first. */
                apiKey?: string;
            };
            header?: {
                /** @description Your own key for this request, up to 255 visible ASCII characters. When the request is repeated under it within a day, with the same values, it is not done again: the answer of the first request is returned, with the header `Idempotent-Replayed: true`. */
                "Idempotency-Key"?: string;
                /** @description Your own id for this request: up to 128 letters, digits and `. _ : -`. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "jan@barasek.com",
                 *       "companyName": "BizKitHub",
                 *       "companyRegistrationNumber": "05103118",
                 *       "taxIdentificationNumber": "CZ9609040727",
                 *       "customerRealIp": "1.1.1.1"
                 *     }
                 */
                "application/json": components["schemas"]["CreateCustomerInput"];
                /**
                 * @example {
                 *       "email": "jan@barasek.com",
                 *       "companyName": "BizKitHub",
                 *       "companyRegistrationNumber": "05103118",
                 *       "taxIdentificationNumber": "CZ9609040727",
                 *       "customerRealIp": "1.1.1.1"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["CreateCustomerInput"];
                /**
                 * @example {
                 *       "email": "jan@barasek.com",
                 *       "companyName": "BizKitHub",
                 *       "companyRegistrationNumber": "05103118",
                 *       "taxIdentificationNumber": "CZ9609040727",
                 *       "customerRealIp": "1.1.1.1"
                 *     }
                 */
                "multipart/form-data": components["schemas"]["CreateCustomerInput"];
            };
        };
        responses: {
            /** @description The customer's profile. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "newAccount": true,
                     *       "cuRefNo": "1cGIHvFoQDGLAbcA",
                     *       "creditBalance": 123,
                     *       "phone": "+420 777123456",
                     *       "firstName": "Jan",
                     *       "lastName": "Barášek",
                     *       "companyName": "BizKitHub",
                     *       "premium": true,
                     *       "ban": false,
                     *       "groups": [
                     *         {
                     *           "name": "Personal Trainer",
                     *           "slug": "trainer"
                     *         }
                     *       ],
                     *       "meta": {},
                     *       "customFields": {},
                     *       "referral": {
                     *         "code": "1cGIHvFoQDGLAbcA",
                     *         "email": "jan@barasek.com",
                     *         "firstName": "Jan",
                     *         "lastName": "Barášek"
                     *       },
                     *       "runningSubscriptionList": [
                     *         {
                     *           "externalId": "d9DfQL3ZF01t7Ykk",
                     *           "productSlug": "predplatne-rocni",
                     *           "productCode": "predplatne-rocni",
                     *           "orderNumber": "25000001",
                     *           "orderHash": "CuS08iXV3cOwweQsQB3TwYXtDr67K4kW",
                     *           "autoRenew": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CustomerProfile"];
                };
            };
            /** @description `INTERNAL_REQUEST_MALFORMED`: The request could not be read. */
            400: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`: This API key may not run this operation. */
            403: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /**
             * @description `PUBLIC_API_KEY_IS_EMPTY`: No API key was sent.
             *
             *     `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`: The API key is not in the right format.
             *
             *     `PUBLIC_API_KEY_SAMPLE_VALUE`: This is the sample key of the documentation.
             *
             *     `PUBLIC_API_KEY_DOES_NOT_EXIST`: This API key does not exist.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_DELETED`: This API key was deleted.
             *
             *     `PUBLIC_API_KEY_IS_NOT_ACTIVE`: This API key is not active.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`: This API key has expired.
             */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /**
             * @description `INTERNAL_CONFLICT`: This Idempotency-Key was sent with another request. Its path or the meaning of its body differs; there is no `Retry-After`.
             *
             *     `INTERNAL_CONFLICT`: The request with this Idempotency-Key is still running. With `Retry-After`.
             *
             *     `INTERNAL_CONFLICT`: What the request with this Idempotency-Key did can no longer be shown. Only where the answer of a request that was done could not be kept.
             *
             *     `INTERNAL_CONFLICT`: The answer that was kept under this Idempotency-Key told of a customer who was erased.
             */
            409: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_PAYLOAD_TOO_LARGE`: The body of the request is too large. */
            413: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_UNSUPPORTED_MEDIA_TYPE`: The media type of the body is not supported. */
            415: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_VALIDATION_FAILED`: Some of the values sent are not valid. */
            422: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /**
             * @description `INTERNAL_TOO_MANY_REQUESTS`: Too many requests were made with this API key.
             *
             *     `INTERNAL_TOO_MANY_REQUESTS`: Too many requests with API keys that do not exist came from this address. Without rate limit headers, which belong to a key.
             */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`: The request failed because of a fault in the gateway. */
            500: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_SERVICE_UNAVAILABLE`: The service is not available at the moment. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    getApiV1CustomerCreditLog: {
        parameters: {
            query: {
                /** @description The `id` of the entry after which the list begins. */
                after?: string;
                /** @description The API key, for clients that cannot send a header. This place is checked first. */
                apiKey?: string;
                /**
                 * @description Public reference of the customer.
                 * @example 1cGIHvFoQDGLAbcA
                 */
                cuRefNo: string;
                /**
                 * @description Entries at most; 100 where it is not given.
                 * @example 20
                 */
                limit?: number;
            };
            header?: {
                /** @description Your own id for this request: up to 128 letters, digits and `. _ : -`. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance, and a page of the ledger. */
            200: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "creditBalance": 95,
                     *       "items": [
                     *         {
                     *           "id": "Zk3dPq81LmTr5vXa",
                     *           "amount": -5,
                     *           "balance": 95,
                     *           "description": "Order 25000001",
                     *           "insertedDate": "2026-06-10T08:30:00.000Z"
                     *         },
                     *         {
                     *           "id": "b7Rw0TqkY2sLf9Hc",
                     *           "amount": 100,
                     *           "balance": 100,
                     *           "description": "Welcome credit",
                     *           "insertedDate": "2026-06-01T10:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CreditLog"];
                };
            };
            /** @description `INTERNAL_REQUEST_MALFORMED`: The request could not be read. */
            400: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
            /** @description `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`: This API key may not run this operation. */
            403: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
            /**
             * @description `PUBLIC_API_KEY_IS_EMPTY`: No API key was sent.
             *
             *     `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`: The API key is not in the right format.
             *
             *     `PUBLIC_API_KEY_SAMPLE_VALUE`: This is the sample key of the documentation.
             *
             *     `PUBLIC_API_KEY_DOES_NOT_EXIST`: This API key does not exist.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_DELETED`: This API key was deleted.
             *
             *     `PUBLIC_API_KEY_IS_NOT_ACTIVE`: This API key is not active.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`: This API key has expired.
             *
             *     `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`: Your organisation has no such customer.
             */
            404: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
            /** @description `INTERNAL_VALIDATION_FAILED`: Some of the values sent are not valid. */
            422: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
            /**
             * @description `INTERNAL_TOO_MANY_REQUESTS`: Too many requests were made with this API key.
             *
             *     `INTERNAL_TOO_MANY_REQUESTS`: Too many requests with API keys that do not exist came from this address. Without rate limit headers, which belong to a key.
             */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`: The request failed because of a fault in the gateway. */
            500: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
            /** @description `INTERNAL_SERVICE_UNAVAILABLE`: The service is not available at the moment. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditLogError"];
                };
            };
        };
    };
    getApiV1CustomerDetail: {
        parameters: {
            query: {
                /** @description The API key, for clients that cannot send a header. This place is checked first. */
                apiKey?: string;
                /**
                 * @description Public reference of the customer.
                 * @example 1cGIHvFoQDGLAbcA
                 */
                cuRefNo: string;
            };
            header?: {
                /** @description Your own id for this request: up to 128 letters, digits and `. _ : -`. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer's profile. */
            200: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "cuRefNo": "1cGIHvFoQDGLAbcA",
                     *       "email": "jan@barasek.com",
                     *       "creditBalance": 123,
                     *       "phone": "+420 777123456",
                     *       "firstName": "Jan",
                     *       "lastName": "Barášek",
                     *       "companyName": "BizKitHub",
                     *       "premium": true,
                     *       "ban": false,
                     *       "groups": [
                     *         {
                     *           "name": "Personal Trainer",
                     *           "slug": "trainer"
                     *         }
                     *       ],
                     *       "meta": {},
                     *       "customFields": {},
                     *       "referral": {
                     *         "code": "1cGIHvFoQDGLAbcA",
                     *         "email": "jan@barasek.com",
                     *         "firstName": "Jan",
                     *         "lastName": "Barášek"
                     *       },
                     *       "runningSubscriptionList": [
                     *         {
                     *           "externalId": "d9DfQL3ZF01t7Ykk",
                     *           "productSlug": "predplatne-rocni",
                     *           "productCode": "predplatne-rocni",
                     *           "orderNumber": "25000001",
                     *           "orderHash": "CuS08iXV3cOwweQsQB3TwYXtDr67K4kW",
                     *           "autoRenew": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CustomerDetail"];
                };
            };
            /** @description `INTERNAL_REQUEST_MALFORMED`: The request could not be read. */
            400: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
            /** @description `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`: This API key may not run this operation. */
            403: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
            /**
             * @description `PUBLIC_API_KEY_IS_EMPTY`: No API key was sent.
             *
             *     `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`: The API key is not in the right format.
             *
             *     `PUBLIC_API_KEY_SAMPLE_VALUE`: This is the sample key of the documentation.
             *
             *     `PUBLIC_API_KEY_DOES_NOT_EXIST`: This API key does not exist.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_DELETED`: This API key was deleted.
             *
             *     `PUBLIC_API_KEY_IS_NOT_ACTIVE`: This API key is not active.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`: This API key has expired.
             *
             *     `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`: Your organisation has no such customer.
             */
            404: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
            /** @description `INTERNAL_VALIDATION_FAILED`: Some of the values sent are not valid. */
            422: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
            /**
             * @description `INTERNAL_TOO_MANY_REQUESTS`: Too many requests were made with this API key.
             *
             *     `INTERNAL_TOO_MANY_REQUESTS`: Too many requests with API keys that do not exist came from this address. Without rate limit headers, which belong to a key.
             */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`: The request failed because of a fault in the gateway. */
            500: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
            /** @description `INTERNAL_SERVICE_UNAVAILABLE`: The service is not available at the moment. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerDetailError"];
                };
            };
        };
    };
    postApiV1CustomerUpdateProfile: {
        parameters: {
            query?: {
                /** @description The API key, for clients that cannot send a header. This place is checked first. */
                apiKey?: string;
            };
            header?: {
                /** @description Your own key for this request, up to 255 visible ASCII characters. When the request is repeated under it within a day, with the same values, it is not done again: the answer of the first request is returned, with the header `Idempotent-Replayed: true`. */
                "Idempotency-Key"?: string;
                /** @description Your own id for this request: up to 128 letters, digits and `. _ : -`. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "jan@barasek.com",
                 *       "name": "Jan Barášek",
                 *       "phone": "+420 777 123 456",
                 *       "city": "Kladno",
                 *       "country": "CZ",
                 *       "newsletter": true,
                 *       "groups": [
                 *         "trainer"
                 *       ],
                 *       "referralId": "1cGIHvFoQDGLAbcA"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateProfileInput"];
                /**
                 * @example {
                 *       "email": "jan@barasek.com",
                 *       "name": "Jan Barášek",
                 *       "phone": "+420 777 123 456",
                 *       "city": "Kladno",
                 *       "country": "CZ",
                 *       "newsletter": true,
                 *       "groups": [
                 *         "trainer"
                 *       ],
                 *       "referralId": "1cGIHvFoQDGLAbcA"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["UpdateProfileInput"];
                /**
                 * @example {
                 *       "email": "jan@barasek.com",
                 *       "name": "Jan Barášek",
                 *       "phone": "+420 777 123 456",
                 *       "city": "Kladno",
                 *       "country": "CZ",
                 *       "newsletter": true,
                 *       "groups": [
                 *         "trainer"
                 *       ],
                 *       "referralId": "1cGIHvFoQDGLAbcA"
                 *     }
                 */
                "multipart/form-data": components["schemas"]["UpdateProfileInput"];
            };
        };
        responses: {
            /** @description The customer's profile after the change. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true,
                     *       "cuRefNo": "1cGIHvFoQDGLAbcA",
                     *       "email": "jan@barasek.com",
                     *       "creditBalance": 123,
                     *       "phone": "+420 777123456",
                     *       "firstName": "Jan",
                     *       "lastName": "Barášek",
                     *       "companyName": "BizKitHub",
                     *       "premium": true,
                     *       "ban": false,
                     *       "groups": [
                     *         {
                     *           "name": "Personal Trainer",
                     *           "slug": "trainer"
                     *         }
                     *       ],
                     *       "meta": {},
                     *       "customFields": {},
                     *       "referral": {
                     *         "code": "1cGIHvFoQDGLAbcA",
                     *         "email": "jan@barasek.com",
                     *         "firstName": "Jan",
                     *         "lastName": "Barášek"
                     *       },
                     *       "runningSubscriptionList": [
                     *         {
                     *           "externalId": "d9DfQL3ZF01t7Ykk",
                     *           "productSlug": "predplatne-rocni",
                     *           "productCode": "predplatne-rocni",
                     *           "orderNumber": "25000001",
                     *           "orderHash": "CuS08iXV3cOwweQsQB3TwYXtDr67K4kW",
                     *           "autoRenew": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UpdatedCustomer"];
                };
            };
            /** @description `INTERNAL_REQUEST_MALFORMED`: The request could not be read. */
            400: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /** @description `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`: This API key may not run this operation. */
            403: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /**
             * @description `PUBLIC_API_KEY_IS_EMPTY`: No API key was sent.
             *
             *     `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`: The API key is not in the right format.
             *
             *     `PUBLIC_API_KEY_SAMPLE_VALUE`: This is the sample key of the documentation.
             *
             *     `PUBLIC_API_KEY_DOES_NOT_EXIST`: This API key does not exist.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_DELETED`: This API key was deleted.
             *
             *     `PUBLIC_API_KEY_IS_NOT_ACTIVE`: This API key is not active.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`: This API key has expired.
             *
             *     `PUBLIC_CUSTOMER_DETAIL_NOT_PERMITTED`: Your organisation has no such customer.
             */
            404: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /**
             * @description `INTERNAL_CONFLICT`: This Idempotency-Key was sent with another request. Its path or the meaning of its body differs; there is no `Retry-After`.
             *
             *     `INTERNAL_CONFLICT`: The request with this Idempotency-Key is still running. With `Retry-After`.
             *
             *     `INTERNAL_CONFLICT`: What the request with this Idempotency-Key did can no longer be shown. Only where the answer of a request that was done could not be kept.
             *
             *     `INTERNAL_CONFLICT`: The answer that was kept under this Idempotency-Key told of a customer who was erased.
             */
            409: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /** @description `INTERNAL_PAYLOAD_TOO_LARGE`: The body of the request is too large. */
            413: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /** @description `INTERNAL_UNSUPPORTED_MEDIA_TYPE`: The media type of the body is not supported. */
            415: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /** @description `INTERNAL_VALIDATION_FAILED`: Some of the values sent are not valid. */
            422: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /**
             * @description `INTERNAL_TOO_MANY_REQUESTS`: Too many requests were made with this API key.
             *
             *     `INTERNAL_TOO_MANY_REQUESTS`: Too many requests with API keys that do not exist came from this address. Without rate limit headers, which belong to a key.
             */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`: The request failed because of a fault in the gateway. */
            500: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
            /** @description `INTERNAL_SERVICE_UNAVAILABLE`: The service is not available at the moment. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpdatedCustomerError"];
                };
            };
        };
    };
    getPingV1: {
        parameters: {
            query?: {
                /** @description The API key, for clients that cannot send a header. This place is checked first. */
                apiKey?: string;
            };
            header?: {
                /** @description Your own id for this request: up to 128 letters, digits and `. _ : -`. */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key is good. */
            200: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true
                     *     }
                     */
                    "application/json": components["schemas"]["Ping"];
                };
            };
            /** @description `INTERNAL_REQUEST_MALFORMED`: The request could not be read. */
            400: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `PUBLIC_API_KEY_SCOPE_NOT_ALLOWED`: This API key may not run this operation. */
            403: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /**
             * @description `PUBLIC_API_KEY_IS_EMPTY`: No API key was sent.
             *
             *     `PUBLIC_API_KEY_IS_NOT_IN_VALID_FORMAT`: The API key is not in the right format.
             *
             *     `PUBLIC_API_KEY_SAMPLE_VALUE`: This is the sample key of the documentation.
             *
             *     `PUBLIC_API_KEY_DOES_NOT_EXIST`: This API key does not exist.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_DELETED`: This API key was deleted.
             *
             *     `PUBLIC_API_KEY_IS_NOT_ACTIVE`: This API key is not active.
             *
             *     `PUBLIC_API_KEY_HAS_BEEN_EXPIRED`: This API key has expired.
             */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /**
             * @description `INTERNAL_TOO_MANY_REQUESTS`: Too many requests were made with this API key.
             *
             *     `INTERNAL_TOO_MANY_REQUESTS`: Too many requests with API keys that do not exist came from this address. Without rate limit headers, which belong to a key.
             */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_SERVER_ERROR`: The request failed because of a fault in the gateway. */
            500: {
                headers: {
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description `INTERNAL_SERVICE_UNAVAILABLE`: The service is not available at the moment. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-API-Key-Expires-At": components["headers"]["X-API-Key-Expires-At"];
                    "X-RateLimit-Limit": components["headers"]["X-RateLimit-Limit"];
                    "X-RateLimit-Remaining": components["headers"]["X-RateLimit-Remaining"];
                    "X-RateLimit-Reset": components["headers"]["X-RateLimit-Reset"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
