import { z } from 'zod';
import { listOf, mapOf } from './bounded.ts';

export const labelKey = z.string().min(1).max(317);
export const labelValue = z.string().max(63);

/** A demand on a label; the operators differ between pods and machines. */
export function labelRequirement<const Operators extends readonly [string, ...string[]]>(
  operators: Operators,
): z.ZodObject<{
  key: z.ZodString;
  operator: z.ZodEnum<{ [Name in Operators[number]]: Name }>;
  values: z.ZodOptional<z.ZodArray<z.ZodString>>;
}> {
  return z.object({
    key: labelKey.describe('Key of the label.'),
    operator: z.enum(operators).describe('How the label is compared.'),
    values: listOf(labelValue.describe('A value.'), 64, 'atomic')
      .optional()
      .describe('The values that it is compared with.'),
  });
}

const requirement = labelRequirement(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe(
  'One demand on a label.',
);

/** A label selector, as everywhere in Kubernetes. */
export function labelSelector(description: string): z.ZodObject<{
  matchLabels: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
  matchExpressions: z.ZodOptional<z.ZodArray<typeof requirement>>;
}> {
  return z
    .object({
      matchLabels: mapOf(labelValue.describe('Value of the label.'), 64)
        .optional()
        .describe('Labels that must be there with these values.'),
      matchExpressions: listOf(requirement, 64, 'atomic')
        .optional()
        .describe('Demands that must all be met.'),
    })
    .describe(description);
}
