import { z } from 'zod';
import { dataKey, listOf, objectName } from './bounded.ts';
import { OPERATOR_SETTINGS } from './operator-settings.ts';
import { withRules } from './rules.ts';

function keyOf(kind: 'ConfigMap' | 'Secret'): z.ZodObject<{
  name: z.ZodString;
  key: z.ZodString;
  optional: z.ZodOptional<z.ZodBoolean>;
}> {
  return z
    .object({
      name: objectName(`Name of the ${kind}, in the CartCluster’s namespace.`),
      key: dataKey('Key of the value in it.'),
      optional: z.boolean().optional().describe('Whether the node may start without it.'),
    })
    .describe(
      `The value is in a ${kind}. When it changes, the node is replaced by one that has the new value.`,
    );
}

const valueFrom = withRules(
  z.object({
    configMapKeyRef: keyOf('ConfigMap').optional(),
    secretKeyRef: keyOf('Secret').optional(),
  }),
  {
    cel: 'has(self.configMapKeyRef) != has(self.secretKeyRef)',
    message: 'exactly one of configMapKeyRef and secretKeyRef must be given',
    holds: ({ configMapKeyRef, secretKeyRef }) =>
      (configMapKeyRef === undefined) !== (secretKeyRef === undefined),
  },
).describe('Where the value is.');

const variable = withRules(
  z.object({
    name: withRules(
      z
        .string()
        .min(1)
        .max(128)
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and _')
        .describe('Name of the variable.'),
      {
        cel: `!(self in [${[...OPERATOR_SETTINGS].map((name) => `'${name}'`).join(', ')}])`,
        message:
          'the operator sets this variable itself; where it is yours to choose, the spec has a field for it',
        holds: (name) => !OPERATOR_SETTINGS.has(name),
      },
    ),
    value: z.string().max(8192).optional().describe('Its value.'),
    valueFrom: valueFrom.optional(),
  }),
  {
    cel: 'has(self.value) != has(self.valueFrom)',
    message: 'exactly one of value and valueFrom must be given',
    holds: ({ value, valueFrom: from }) => (value === undefined) !== (from === undefined),
  },
).describe('A setting of the node, or another environment variable.');

/** Further settings of the node. */
export const env = listOf(variable, 64, ['name']).describe(
  'Further settings of the node, as environment variables: `node node/main.ts --help` lists them. Those that the spec has a field for, or that the operator needs, are refused.',
);
