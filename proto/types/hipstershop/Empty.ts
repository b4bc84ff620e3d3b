// Original file: proto/hipstershop.proto


export interface Empty {
}

export interface Empty__Output {
}
