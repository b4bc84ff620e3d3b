// Original file: proto/messages.proto

import type { Long } from '@grpc/proto-loader';

export interface Product {
  'sku'?: (string);
  'name'?: (string);
  'unitPrice'?: (number | string | Long);
  'unitDiscount'?: (number | string | Long);
  'taxRate'?: (number);
  'currency'?: (string);
  'country'?: (string);
  'variant'?: (string);
  'storeId'?: (string);
  'image'?: (string);
  'url'?: (string);
  'type'?: (string);
  '_variant'?: "variant";
  '_storeId'?: "storeId";
  '_image'?: "image";
  '_url'?: "url";
}

export interface Product__Output {
  'sku': (string);
  'name': (string);
  'unitPrice': (number);
  'unitDiscount': (number);
  'taxRate': (number);
  'currency': (string);
  'country': (string);
  'variant'?: (string);
  'storeId'?: (string);
  'image'?: (string);
  'url'?: (string);
  'type': (string);
  '_variant'?: "variant";
  '_storeId'?: "storeId";
  '_image'?: "image";
  '_url'?: "url";
}
