import { z } from 'zod';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Settings of traces, by the names that OpenTelemetry has for them everywhere. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .default('')
    .refine((text) => text === '' || /^https?:\/\//.test(URL.canParse(text) ? text : ''), {
      message: 'must be an address like http://collector:4318',
    })
    .meta({ description: 'where traces are sent by OTLP over HTTP; without it nothing is traced' }),
  OTEL_SERVICE_NAME: z.string().min(1).max(255).default('cartwright').meta({
    description: 'the service’s name in traces',
  }),
  OTEL_TRACES_SAMPLER: z.enum(samplers).default('parentbased_always_on').meta({
    description: 'which requests are traced; parentbased: a caller’s decision counts',
  }),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .meta({ description: 'share of requests that the samplers with traceidratio trace, 0 to 1' }),
} as const;

export type TracingSettings = {
  [Name in keyof typeof tracingSettings]: z.output<(typeof tracingSettings)[Name]>;
};
