import { nanosOf } from '../api/quantity.ts';
import type { Quantity } from '../api/quantity.ts';
import type { VolumeClaim } from './kinds.ts';

/** What the volumes need to be as large as the spec says. */
export interface Growth {
  /** Claims that ask for less. */
  readonly grow: readonly VolumeClaim[];
  /** Claims whose volume is not yet as large as they ask for. */
  readonly growing: readonly VolumeClaim[];
}

/** A claim may ask for more than the spec: it was there before, and volumes don't shrink. */
export function growthOf(claims: readonly VolumeClaim[], storage: Quantity): Growth {
  const wanted = nanosOf(storage) ?? 0n;
  const staying = claims.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return {
    grow: staying.filter(({ spec }) => amount(spec?.resources?.requests?.storage) < wanted),
    growing: staying.filter(
      ({ spec, status }) =>
        status?.phase === 'Bound' &&
        amount(status.capacity?.storage) < amount(spec?.resources?.requests?.storage),
    ),
  };
}

/** What is known of a claim's growth. */
export function describeGrowth({ metadata, status }: VolumeClaim, storage: Quantity): string {
  const from = String(status?.capacity?.storage ?? 'nothing');
  const condition = status?.conditions?.find((one) => one.status === 'True');
  const detail = condition === undefined ? '' : `: ${condition.message ?? condition.type}`;
  return `${metadata.name} grows from ${from} to ${storage}${detail}`;
}

/** Of a form that we don't write (`1e3`, `128974848000m`) nothing is known: it is left alone. */
function amount(quantity: Quantity | undefined): bigint {
  if (quantity === undefined) return 0n;
  return nanosOf(quantity) ?? UNKNOWN;
}

const UNKNOWN = 1n << 200n;
