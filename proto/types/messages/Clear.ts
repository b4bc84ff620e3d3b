// Original file: proto/messages.proto


export interface Clear {
}

export interface Clear__Output {
}
