/**
 * Judges one cart: what clients sent and were told, against the history that the journal holds.
 *
 * Every acknowledgement names the version it made, so no search over possible orders is needed: one pass over each list decides.
 */

/**
 * `acknowledged`: answered as done. `refused`: answered as not done, or never left the client. `unknown`: no answer, or one that
 * says that nobody knows.
 */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** One request of a client; repetitions with the same key are one request. */
export interface Sent {
  /** What was asked for: equal for equal mutations, see `signature.ts`. */
  readonly signature: string;
  readonly outcome: Outcome;
  /** Hash of the Idempotency-Key, in the journal's form. Absent: nobody repeated it. */
  readonly key?: string;
  /** The version that the acknowledgement named. Absent when the answer was a replayed one: it shows a later cart. */
  readonly version?: number;
}

/** One applied mutation of the journal. */
export interface Entry {
  readonly version: number;
  readonly signature: string;
  readonly key?: string;
}

export type FindingKind =
  /** Acknowledged, and not in the history. */
  | 'lost'
  /** More often in the history than it was asked for. */
  | 'doubled'
  /** In the history though it was refused or nobody asked for it. */
  | 'foreign'
  /** A version is missing, or occurs twice. */
  | 'gap'
  /** What a read showed is not what the history makes. */
  | 'state';

export interface Finding {
  readonly kind: FindingKind;
  /** Mutations concerned. */
  readonly count: number;
  readonly text: string;
}

/** Empty when every promise was kept. `history` in the order of the journal, from the cart's first version on. */
export function checkHistory(sent: readonly Sent[], history: readonly Entry[]): Finding[] {
  return [
    ...checkVersions(history),
    ...checkAcknowledged(sent, history),
    ...checkKeys(sent, history),
    ...checkCounts(sent, history),
  ];
}

/** How many mutations of a kind the findings are about. */
export function countOf(findings: readonly Finding[], kind: FindingKind): number {
  return findings.reduce((sum, finding) => sum + (finding.kind === kind ? finding.count : 0), 0);
}

function checkVersions(history: readonly Entry[]): Finding[] {
  const findings: Finding[] = [];
  let expected = 1;
  for (const { version } of history) {
    if (version !== expected)
      findings.push({ kind: 'gap', count: 1, text: `version ${version} where ${expected} was to come` });
    expected = version + 1;
  }
  return findings;
}

/** Each acknowledgement has a version of its own, and the history has just that mutation there. */
function checkAcknowledged(sent: readonly Sent[], history: readonly Entry[]): Finding[] {
  const findings: Finding[] = [];
  const byVersion = new Map(history.map((entry) => [entry.version, entry]));
  const taken = new Set<number>();
  for (const { outcome, version, signature, key } of sent) {
    if (outcome !== 'acknowledged' || version === undefined) continue;
    const entry = byVersion.get(version);
    if (taken.has(version)) {
      findings.push({ kind: 'lost', count: 1, text: `version ${version} was acknowledged to two requests` });
    } else if (entry === undefined) {
      findings.push({ kind: 'lost', count: 1, text: `"${signature}" at version ${version} is not there` });
    } else if (entry.signature !== signature || entry.key !== key) {
      const text = `"${signature}" was acknowledged at version ${version}, where there is "${entry.signature}"`;
      findings.push({ kind: 'lost', count: 1, text });
    }
    taken.add(version);
  }
  return findings;
}

/** A request with a key is there once when it was acknowledged, at most once when nobody knows, else never. */
function checkKeys(sent: readonly Sent[], history: readonly Entry[]): Finding[] {
  const findings: Finding[] = [];
  const found = new Map<string, number>();
  for (const { key } of history) if (key !== undefined) found.set(key, (found.get(key) ?? 0) + 1);
  for (const { key, outcome, signature } of sent) {
    if (key === undefined) continue;
    const times = found.get(key) ?? 0;
    found.delete(key);
    if (times === 0 && outcome === 'acknowledged')
      findings.push({ kind: 'lost', count: 1, text: `"${signature}" with key ${key} is not there` });
    if (times > 0 && outcome === 'refused')
      findings.push({
        kind: 'foreign',
        count: times,
        text: `refused "${signature}" with key ${key} is there`,
      });
    else if (times > 1)
      findings.push({
        kind: 'doubled',
        count: times - 1,
        text: `"${signature}" with key ${key} is there ${times} times`,
      });
  }
  for (const [key, times] of found)
    findings.push({ kind: 'foreign', count: times, text: `nobody sent the key ${key}` });
  return findings;
}

/** Requests without a key can only be counted: acknowledged ≤ there ≤ acknowledged + unknown. */
function checkCounts(sent: readonly Sent[], history: readonly Entry[]): Finding[] {
  const findings: Finding[] = [];
  const counts = new Map<string, { acknowledged: number; unknown: number; found: number }>();
  const of = (signature: string): { acknowledged: number; unknown: number; found: number } => {
    let count = counts.get(signature);
    if (count === undefined) counts.set(signature, (count = { acknowledged: 0, unknown: 0, found: 0 }));
    return count;
  };
  for (const { key, signature, outcome } of sent) {
    if (key !== undefined || outcome === 'refused') continue;
    of(signature)[outcome] += 1;
  }
  for (const { key, signature } of history) if (key === undefined) of(signature).found += 1;
  for (const [signature, { acknowledged, unknown, found }] of counts) {
    const detail = `"${signature}": ${acknowledged} acknowledged, ${unknown} unknown, ${found} there`;
    if (found < acknowledged) findings.push({ kind: 'lost', count: acknowledged - found, text: detail });
    const over = found - acknowledged - unknown;
    if (over <= 0) continue;
    const asked = acknowledged + unknown > 0;
    findings.push({ kind: asked ? 'doubled' : 'foreign', count: over, text: detail });
  }
  return findings;
}
