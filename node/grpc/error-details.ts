import { Metadata, status } from '@grpc/grpc-js';
import { messageType } from '../../proto/load.ts';
import type { StatusObject } from '@grpc/grpc-js';
import type { GrpcProblem } from './problems.ts';

/** Who makes the reasons up (google.rpc.ErrorInfo). */
const DOMAIN = 'cartwright.dev';

/** Clients refuse metadata of more than 8 KiB in all, and would show that instead of what went wrong. */
const VIOLATIONS_MAX = 10;
const FIELD_MAX = 120;
const TEXT_MAX = 240;

/** The status of a call that failed. Its details are in the trailer `grpc-status-details-bin`, as every gRPC library expects them (google.rpc.Status). */
export function statusOf(problem: GrpcProblem): StatusObject {
  const message = short(problem.message, 2 * TEXT_MAX);
  const metadata = new Metadata();
  const details = detailsOf(problem);
  const bytes = messageType('google.rpc.Status').serialize({ code: problem.status, message, details });
  metadata.set('grpc-status-details-bin', bytes);
  const { retryAfterMs } = problem.details;
  // Clients with a retry policy of their own wait that long.
  if (problem.status === status.UNAVAILABLE && retryAfterMs !== undefined)
    metadata.set('grpc-retry-pushback-ms', String(Math.ceil(retryAfterMs)));
  return { code: problem.status, details: message, metadata };
}

function detailsOf({ code, instance, details }: GrpcProblem): object[] {
  const { violations = [], retryAfterMs, facts = {} } = details;
  // The reason is written as Google's rules want it; the code is the very one that HTTP answers have.
  const reason = code.replaceAll('-', '_').toUpperCase();
  const metadata = Object.entries({ code, ...facts }).map(([key, value]) => ({ key, value }));
  const found = [
    any('ErrorInfo', { reason, domain: DOMAIN, metadata }),
    any('RequestInfo', { requestId: instance }),
  ];
  if (violations.length > 0) {
    const fieldViolations = violations.slice(0, VIOLATIONS_MAX).map(({ field, description }) => ({
      field: short(field, FIELD_MAX),
      description: short(description, TEXT_MAX),
    }));
    found.push(any('BadRequest', { fieldViolations }));
  }
  if (retryAfterMs !== undefined) {
    const ms = Math.ceil(retryAfterMs);
    const retryDelay = { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
    found.push(any('RetryInfo', { retryDelay }));
  }
  return found;
}

function any(name: string, message: object): object {
  const type = `google.rpc.${name}`;
  return { typeUrl: `type.googleapis.com/${type}`, value: messageType(type).serialize(message) };
}

/** Cut to `max` characters. Half of a surrogate pair has no form in UTF-8: grpc-js would throw while it sends the status, where nobody catches. */
function short(text: string, max: number): string {
  return text.slice(0, max).toWellFormed();
}
