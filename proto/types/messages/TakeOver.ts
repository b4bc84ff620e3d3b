// Original file: proto/messages.proto

import type { Line as _messages_Line, Line__Output as _messages_Line__Output } from '../messages/Line.ts';

export interface TakeOver {
  'sourceId'?: (string);
  'lines'?: (_messages_Line)[];
}

export interface TakeOver__Output {
  'sourceId': (string);
  'lines': (_messages_Line__Output)[];
}
