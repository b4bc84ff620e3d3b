import { z } from 'zod';
import { listOf } from './bounded.ts';

/** The types of condition, in the order in which they are listed. */
export const CONDITION_TYPES = [
  'Ready',
  'Available',
  'Reconciling',
  'Stalled',
  'UpToDate',
  'Paused',
] as const;

export type ConditionType = (typeof CONDITION_TYPES)[number];

const condition = z
  .object({
    type: z
      .string()
      .max(63)
      .regex(/^[A-Za-z]+$/)
      .describe(
        'Ready: the spec is realised and carts are served. Available: carts are served. Reconciling: work is in hand. Stalled: somebody must help. UpToDate: the pods are what the spec says. Paused: nothing is destroyed.',
      ),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
    reason: z.string().max(128).describe('Why, in one word.'),
    message: z.string().max(4096).describe('Why, in words.'),
    lastTransitionTime: z.iso.datetime().max(40).describe('When its status changed last.'),
    observedGeneration: z.int().min(0).optional().describe('The generation of the spec that it speaks of.'),
  })
  .describe('What can be said about the CartCluster.');

/** What the operator saw. It writes it, nobody else. */
export const status = z
  .object({
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe('The generation of the spec that the status speaks of.'),
    replicas: z.int().min(0).optional().describe('Nodes that there are.'),
    readyReplicas: z.int().min(0).optional().describe('Nodes that take requests.'),
    ready: z.string().max(32).optional().describe('Nodes that take requests, of those that there should be.'),
    selector: z.string().max(512).optional().describe('Label selector of the nodes, for autoscalers.'),
    currentRevision: z
      .string()
      .max(128)
      .optional()
      .describe('Revision that the nodes run, as the StatefulSet counts.'),
    updateRevision: z.string().max(128).optional().describe('Revision that the nodes should run.'),
    version: z.string().max(128).optional().describe('Tag of the image that the nodes should run.'),
    conditions: listOf(condition, 16, ['type'])
      .optional()
      .describe('What can be said about the CartCluster.'),
  })
  .describe('What the operator saw.');

export type Condition = z.output<typeof condition>;
export type CartClusterStatus = z.output<typeof status>;
