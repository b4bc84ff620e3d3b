// Original file: proto/messages.proto


export interface PickupPoint {
  'id'?: (string);
  'name'?: (string);
  'address'?: (string);
  'city'?: (string);
  'zip'?: (string);
  'country'?: (string);
  '_name'?: "name";
  '_address'?: "address";
  '_city'?: "city";
  '_zip'?: "zip";
  '_country'?: "country";
}

export interface PickupPoint__Output {
  'id': (string);
  'name'?: (string);
  'address'?: (string);
  'city'?: (string);
  'zip'?: (string);
  'country'?: (string);
  '_name'?: "name";
  '_address'?: "address";
  '_city'?: "city";
  '_zip'?: "zip";
  '_country'?: "country";
}
