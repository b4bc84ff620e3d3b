export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  readonly method: Method;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Ends the request and the reading of its answer. */
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Has to be read to its end, or left with `return()`. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** How requests get to an API server. */
export interface Transport {
  /** Host and port, for metrics. */
  readonly host: string;
  /** Resolves when the answer's head is there. Rejects when there is none. */
  send(request: TransportRequest): Promise<TransportResponse>;
}
