import { z } from 'zod';
import { listOf } from './bounded.ts';
import { labelKey, labelSelector, labelValue } from './label-selector.ts';
import { withRules } from './rules.ts';

const toleration = withRules(
  z.object({
    key: labelKey.optional().describe('Key of the taint; none: every taint.'),
    operator: z
      .enum(['Exists', 'Equal'])
      .optional()
      .describe('Whether the taint’s value matters. Equal where it is not given.'),
    value: labelValue.optional().describe('Value of the taint.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .optional()
      .describe('Effect of the taint; none: every effect.'),
    tolerationSeconds: z
      .int()
      .optional()
      .describe('How long a NoExecute taint is tolerated; for ever where it is not given.'),
  }),
  {
    cel: "!(has(self.operator) && self.operator == 'Exists' && has(self.value) && self.value != '')",
    message: 'a value has no meaning with the operator Exists',
    fieldPath: '.value',
    holds: ({ operator, value }) => operator !== 'Exists' || value === undefined || value === '',
  },
).describe('A taint that the pod tolerates.');

export const tolerations = listOf(toleration, 64, 'atomic').describe(
  'Taints of machines that the pod tolerates, as in pods.',
);

const policy = z.enum(['Honor', 'Ignore']);

const constraint = z
  .object({
    maxSkew: z.int().min(1).max(1000).describe('By how many pods two places may differ.'),
    topologyKey: labelKey.describe('Label of machines; machines with the same value are one place.'),
    whenUnsatisfiable: z
      .enum(['DoNotSchedule', 'ScheduleAnyway'])
      .describe('Whether a pod waits that can’t be placed so.'),
    labelSelector: labelSelector('The pods that are counted.').optional(),
    matchLabelKeys: listOf(labelKey.describe('Key of a label.'), 16, 'atomic')
      .optional()
      .describe('Labels whose value must be the pod’s own.'),
    minDomains: z.int().min(1).max(1000).optional().describe('How many places there must be.'),
    nodeAffinityPolicy: policy.optional().describe('Whether the pod’s affinity narrows the places.'),
    nodeTaintsPolicy: policy.optional().describe('Whether taints narrow the places.'),
  })
  .describe('How pods are spread.');

export const topologySpreadConstraints = listOf(constraint, 16, 'atomic').describe(
  'How pods are spread over zones and machines, as in pods.',
);
