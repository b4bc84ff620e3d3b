// Original file: proto/messages.proto


export interface AddRequest {
  'sku'?: (string);
  'quantity'?: (number);
  'country'?: (string);
  'storeId'?: (string);
  'variant'?: (string);
  '_storeId'?: "storeId";
  '_variant'?: "variant";
}

export interface AddRequest__Output {
  'sku': (string);
  'quantity': (number);
  'country': (string);
  'storeId'?: (string);
  'variant'?: (string);
  '_storeId'?: "storeId";
  '_variant'?: "variant";
}
