// Original file: proto/messages.proto

export const MergeStrategy = {
  MERGE_STRATEGY_UNSPECIFIED: 'MERGE_STRATEGY_UNSPECIFIED',
  MERGE_STRATEGY_SUM: 'MERGE_STRATEGY_SUM',
  MERGE_STRATEGY_MAX: 'MERGE_STRATEGY_MAX',
  MERGE_STRATEGY_KEEP: 'MERGE_STRATEGY_KEEP',
  MERGE_STRATEGY_REPLACE: 'MERGE_STRATEGY_REPLACE',
} as const;

export type MergeStrategy =
  | 'MERGE_STRATEGY_UNSPECIFIED'
  | 0
  | 'MERGE_STRATEGY_SUM'
  | 1
  | 'MERGE_STRATEGY_MAX'
  | 2
  | 'MERGE_STRATEGY_KEEP'
  | 3
  | 'MERGE_STRATEGY_REPLACE'
  | 4

export type MergeStrategy__Output = typeof MergeStrategy[keyof typeof MergeStrategy]
