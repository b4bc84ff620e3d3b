import { cpuMs } from './cpu.ts';
import { median, ratios } from './statistics.ts';
import type { Measured } from './load.ts';

/** A measured stretch of load, and the CPU time that the server took for it, ms. */
export interface Stretch extends Measured {
  readonly cpuMs: number;
}

/** One of those who are compared. */
export interface Contender {
  readonly name: string;
  measure(): Promise<Stretch>;
}

/** What a contender showed, round by round. */
export interface Series {
  readonly name: string;
  readonly perSecond: readonly number[];
  /** Server's CPU time for each request, ms. */
  readonly cpuMs: readonly number[];
  /** Medians over the rounds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs a stretch and takes the CPU time of process `pid` meanwhile. */
export async function withCpu(pid: number, stretch: () => Promise<Measured>): Promise<Stretch> {
  const before = cpuMs(pid);
  const measured = await stretch();
  return { ...measured, cpuMs: cpuMs(pid) - before };
}

/** Several short stretches as one. Its percentiles are the medians of theirs. */
export function joined(stretches: readonly Stretch[]): Stretch {
  const sum = (of: (one: Stretch) => number): number => stretches.reduce((total, one) => total + of(one), 0);
  const requests = sum((one) => one.requests);
  const seconds = sum((one) => one.seconds);
  return {
    requests,
    seconds,
    perSecond: requests / seconds,
    cpuMs: sum((one) => one.cpuMs),
    p50Ms: median(stretches.map((one) => one.p50Ms)),
    p99Ms: median(stretches.map((one) => one.p99Ms)),
  };
}

/**
 * Measures contenders in turn, several rounds, beginning with another one each time: a machine that becomes slower or faster
 * meanwhile changes every contender alike, and the ratios within a round stay true.
 */
export async function interleave(contenders: readonly Contender[], rounds: number): Promise<Series[]> {
  const stretches = contenders.map((): Stretch[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (round + turn) % contenders.length;
      const stretch = await (contenders[index] as Contender).measure();
      stretches[index]?.push(stretch);
    }
  }
  return contenders.map(({ name }, index) => {
    const own = stretches[index] ?? [];
    return {
      name,
      perSecond: own.map((one) => one.perSecond),
      cpuMs: own.map((one) => one.cpuMs / one.requests),
      p50Ms: median(own.map((one) => one.p50Ms)),
      p99Ms: median(own.map((one) => one.p99Ms)),
    };
  });
}

/** Median over the rounds of a's throughput divided by b's. */
export function throughputRatio(a: Series, b: Series): number {
  return median(ratios(a.perSecond, b.perSecond));
}

/** Median over the rounds of a's time for each request divided by b's, with every connection busy. */
export function costRatio(a: Series, b: Series): number {
  return median(ratios(b.perSecond, a.perSecond));
}

/** The same, of the server's CPU time. */
export function cpuRatio(a: Series, b: Series): number {
  return median(ratios(a.cpuMs, b.cpuMs));
}
