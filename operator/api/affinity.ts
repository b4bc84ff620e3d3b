import { z } from 'zod';
import { listOf } from './bounded.ts';
import { labelKey, labelRequirement, labelSelector } from './label-selector.ts';

/** The pod's affinity: the fields of a pod, so that the API server refuses here what it would refuse there. */
const weight = z.int().min(1).max(100).describe('How much the wish weighs beside others.');

const machineRequirement = labelRequirement(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']).describe(
  'One demand on a machine.',
);

const machineTerm = z
  .object({
    matchExpressions: listOf(machineRequirement, 64, 'atomic')
      .optional()
      .describe('Demands on the machine’s labels.'),
    matchFields: listOf(machineRequirement, 64, 'atomic')
      .optional()
      .describe('Demands on the machine’s fields.'),
  })
  .describe('Demands that must all be met.');

const nodeAffinity = z
  .object({
    requiredDuringSchedulingIgnoredDuringExecution: z
      .object({
        nodeSelectorTerms: listOf(machineTerm, 32, 'atomic').min(1).describe('Of these, one must fit.'),
      })
      .optional()
      .describe('Machines that are allowed.'),
    preferredDuringSchedulingIgnoredDuringExecution: listOf(
      z.object({ weight, preference: machineTerm }).describe('A wish.'),
      32,
      'atomic',
    )
      .optional()
      .describe('Machines that are better than others.'),
  })
  .describe('Which machines the pod runs on.');

const podTerm = z
  .object({
    topologyKey: labelKey.describe('Label of machines; machines with the same value are one place.'),
    labelSelector: labelSelector('The pods that this is about.').optional(),
    namespaceSelector: labelSelector('The namespaces of these pods.').optional(),
    namespaces: listOf(z.string().max(63).describe('A namespace.'), 64, 'atomic')
      .optional()
      .describe('The namespaces of these pods, by name.'),
    matchLabelKeys: listOf(labelKey.describe('Key of a label.'), 16, 'atomic')
      .optional()
      .describe('Labels whose value must be the pod’s own.'),
    mismatchLabelKeys: listOf(labelKey.describe('Key of a label.'), 16, 'atomic')
      .optional()
      .describe('Labels whose value must not be the pod’s own.'),
  })
  .describe('Other pods, and what counts as the same place.');

function podAffinity(
  near: string,
  description: string,
): z.ZodOptional<
  z.ZodObject<{
    requiredDuringSchedulingIgnoredDuringExecution: z.ZodOptional<z.ZodArray<typeof podTerm>>;
    preferredDuringSchedulingIgnoredDuringExecution: z.ZodOptional<
      z.ZodArray<z.ZodObject<{ weight: typeof weight; podAffinityTerm: typeof podTerm }>>
    >;
  }>
> {
  return z
    .object({
      requiredDuringSchedulingIgnoredDuringExecution: listOf(podTerm, 32, 'atomic')
        .optional()
        .describe(`Pods that it must run ${near}.`),
      preferredDuringSchedulingIgnoredDuringExecution: listOf(
        z.object({ weight, podAffinityTerm: podTerm }).describe('A wish.'),
        32,
        'atomic',
      )
        .optional()
        .describe(`Pods that it should run ${near}.`),
    })
    .describe(description)
    .optional();
}

export const affinity = z
  .object({
    nodeAffinity: nodeAffinity.optional(),
    podAffinity: podAffinity('beside', 'Pods to run beside.'),
    podAntiAffinity: podAffinity('apart from', 'Pods to run apart from.'),
  })
  .describe('Where the pod may run, as in pods.');
