import type { Tracer } from './trace.ts';
import type { TracingSettings } from './tracing-settings.ts';

export interface TracingOptions {
  readonly version: string;
  /** This node's name. */
  readonly node: string;
  /** So many spans ended, or were sent, or could not be: what is missing between them waits, or was too much and dropped. */
  readonly counted: (what: 'ended' | 'sent' | 'failed', spans: number) => void;
  /** The receiver takes nothing from now on; null: it does again. */
  readonly trouble: (error: Error | null) => void;
}

export interface Tracing extends Tracer {
  /** Sends what is left, within that time. Never rejects. */
  close(withinMs: number): Promise<void>;
}

/** Null where no endpoint is set; then nothing of OpenTelemetry is even loaded. */
export async function openTracing(
  settings: TracingSettings,
  options: TracingOptions,
): Promise<Tracing | null> {
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === '') return null;
  const { OtlpTracing } = await import('./otlp-tracing.ts');
  return new OtlpTracing(settings, options);
}
