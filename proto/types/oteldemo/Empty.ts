// Original file: proto/oteldemo.proto


export interface Empty {
}

export interface Empty__Output {
}
