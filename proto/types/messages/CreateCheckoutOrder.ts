// Original file: proto/messages.proto


export interface CreateCheckoutOrder {
  'country'?: (string);
  'terms'?: (string);
  'checkout'?: (string);
  'confirmation'?: (string);
  'push'?: (string);
  'validation'?: (string);
  '_terms'?: "terms";
  '_checkout'?: "checkout";
  '_confirmation'?: "confirmation";
  '_push'?: "push";
  '_validation'?: "validation";
}

export interface CreateCheckoutOrder__Output {
  'country': (string);
  'terms'?: (string);
  'checkout'?: (string);
  'confirmation'?: (string);
  'push'?: (string);
  'validation'?: (string);
  '_terms'?: "terms";
  '_checkout'?: "checkout";
  '_confirmation'?: "confirmation";
  '_push'?: "push";
  '_validation'?: "validation";
}
