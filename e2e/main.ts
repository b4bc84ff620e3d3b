import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Cache } from './bootstrap/cache.ts';
import { Engine } from './bootstrap/engine.ts';
import { Archive } from './cluster/archive.ts';
import { Cluster } from './cluster/cluster.ts';
import { StateFile } from './cluster/state.ts';
import { findTools } from './cluster/toolbox.ts';
import { buildImages, writeBillsOfMaterials } from './images/build.ts';
import { exclusively } from './process/exclusive.ts';
import { Shell } from './process/shell.ts';
import { written } from './suite/count.ts';
import { mocha, testFiles } from './suite/files.ts';
import { inLanes } from './suite/lanes.ts';
import { testSideBySide } from './suite/side-by-side.ts';
import type { State } from './cluster/state.ts';
import type { Toolbox } from './cluster/toolbox.ts';
import type { Count } from './suite/count.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.cache/e2e');
const kubeconfig = join(folder, 'kubeconfig');
const archives = join(folder, 'images');
const state = new StateFile(join(folder, 'cluster.json'));
/** Each checkout has clusters of its own. */
const clusterName = `cartwright-${createHash('sha256').update(root).digest('hex').slice(0, 6)}`;
type Images = State['images'];
/** As many as the memory of an ordinary machine is enough for. */
const CLUSTERS_MAX = 4;
/** A third one costs two cores more than it gives them to do. */
const CLUSTERS = '2';
/** Commands that make or remove it. */
const ALONE = ['up', 'load', 'run', 'down'];
const TEST_DEADLINE_MS = 80 * 60_000;
const LOOK_DEADLINE_MS = 20_000;

const usage = `A real Kubernetes for the tests that need one.

  up      a cluster that stays, with the product's images on it
  load    builds the images anew and puts them on the cluster
  test    runs the tests on it; TEST=<regex> some of them
  run     all of that on clusters that are gone afterwards, or on one that was up before; E2E_CLUSTERS=<number> of them, 2 if not given
  down    removes the cluster, and stops the engine if it was started here and runs nothing else
  tools   makes what a cluster is made with, and prints how a shell gets at it
  images  builds the product's images, on BASE_IMAGE if that is given
  sbom    writes down what they consist of
`;

const commands: Readonly<Record<string, (shell: Shell, signal: AbortSignal) => Promise<number>>> = {
  up: async (shell, signal) => {
    const { toolbox } = await up(shell, signal, true);
    const path = toolbox.folder === null ? '' : ` PATH=${toolbox.folder}:$PATH`;
    print(`export KUBECONFIG=${kubeconfig}${path}\n`);
    return 0;
  },
  load: async (shell) => {
    await load(shell);
    return 0;
  },
  test,
  run,
  down: async (shell) => {
    await down(shell);
    return 0;
  },
  tools: async (shell, signal) => {
    const { folder: programs, ...images } = await findTools(
      join(folder, 'bin'),
      shell.with([], { E2E_BOOTSTRAP: '1' }),
      signal,
      // Standard output is for the shell that reads it.
      (text) => process.stderr.write(text),
    );
    const variables = {
      PATH: `${programs ?? ''}:$PATH`,
      KIND_NODE_IMAGE: images.machineImage,
      BASE_IMAGE: images.baseImage,
      PROMETHEUS_IMAGE: images.prometheusImage,
    };
    for (const [name, value] of Object.entries(variables)) print(`export ${name}="${value ?? ''}"\n`);
    return 0;
  },
  images: async (shell) => {
    const baseImage = shell.env['BASE_IMAGE'] ?? '';
    const images = await buildImages(root, shell, baseImage === '' ? null : baseImage);
    print(`${Object.values(images).join('\n')}\n`);
    return 0;
  },
  sbom: async (shell) => {
    print(`${(await writeBillsOfMaterials(root, shell)).join('\n')}\n`);
    return 0;
  },
};

async function run(shell: Shell, signal: AbortSignal): Promise<number> {
  const stays = await isUp(shell);
  const width = widthOf(shell);
  const alone = stays || width === 1 || patternOf(shell) !== '';
  let count: Count;
  try {
    const made = await up(shell, signal, stays);
    if (alone) return await test(shell);
    const inner = shellOf(made, shell).with([], made.images);
    // The others are made while tests run already: these mostly wait, and several clusters begun at once keep each other up.
    const open = (cluster: Cluster): Promise<void> =>
      cluster.name === clusterName ? Promise.resolve() : addCluster(inner, made, cluster);
    count = await testSideBySide({ root, shell: inner, signal, print, open }, clusters(inner, width));
  } finally {
    // Also after an abort, which ended only what ran at that time.
    if (stays) print('the cluster was up before and stays\n');
    else await down(new Shell(process.env));
  }
  print(`\n${written(count)}\n`);
  return count.failed === 0 ? 0 : 1;
}

/** Resolves when there is a cluster with the images on it. One that was made to stay gets the images anew. */
async function up(outer: Shell, signal: AbortSignal, kept: boolean): Promise<State> {
  const known = state.read();
  if (known !== null && (await isUp(outer))) return load(outer);
  const toolbox = await findTools(join(folder, 'bin'), outer, signal, print);
  const shell = shellOf({ toolbox }, outer);
  const made = clusters(shell, 1);
  let images: Images = {};
  await timed('cluster and images', async () => {
    // Left by a run that was killed.
    for (const cluster of clusters(shell)) await cluster.delete();
    state.write({ toolbox, kept: false, images });
    const parts = [
      ...made.map((cluster) => () => cluster.create(toolbox.machineImage)),
      async () => {
        images = await build(shell, toolbox);
      },
    ];
    await inLanes(parts, parts, (part) => part());
    await put(shell, images, made);
  });
  const whole: State = { toolbox, kept, images };
  state.write(whole);
  return whole;
}

/** Whether there is a whole cluster that was made to stay. */
async function isUp(outer: Shell): Promise<boolean> {
  const known = state.read();
  if (known?.kept !== true) return false;
  const shell = shellOf(known, outer);
  return shell.succeeds('kubectl', [`--kubeconfig=${kubeconfig}`, 'version'], {
    deadlineMs: LOOK_DEADLINE_MS,
  });
}

/** Beside the first one. */
async function addCluster(shell: Shell, { toolbox, images }: State, cluster: Cluster): Promise<void> {
  await timed(`cluster ${cluster.name}`, async () => {
    await cluster.create(toolbox.machineImage);
    await put(shell, images, [cluster]);
  });
}

async function load(outer: Shell): Promise<State> {
  const known = knownCluster();
  const shell = shellOf(known, outer);
  let images: Images = {};
  await timed('images', async () => {
    images = await build(shell, known.toolbox);
    await put(shell, images, clusters(shell, 1));
  });
  const whole: State = { ...known, images };
  state.write(whole);
  return whole;
}

async function build(shell: Shell, toolbox: Toolbox): Promise<Images> {
  const images = await buildImages(root, shell, toolbox.baseImage);
  return { ...images, PROMETHEUS_IMAGE: toolbox.prometheusImage };
}

async function put(shell: Shell, images: Images, on: readonly Cluster[]): Promise<void> {
  const archive = await new Archive(archives, shell).save(Object.values(images));
  // What this engine has not, the cluster's machines pull.
  if (archive !== null) await inLanes(on, on, (cluster) => cluster.load(archive));
}

/** On one cluster, one file after the other. */
async function test(outer: Shell): Promise<number> {
  const known = knownCluster();
  const pattern = patternOf(outer);
  const grep = pattern === '' ? [] : ['--grep', pattern];
  const { code } = await shellOf(known, outer).outcome(
    process.execPath,
    mocha(root, ...grep, ...testFiles(root).flat()),
    {
      cwd: root,
      env: { KUBECONFIG: kubeconfig, ...known.images },
      attached: true,
      deadlineMs: TEST_DEADLINE_MS,
    },
  );
  return code ?? 1;
}

async function down(outer: Shell): Promise<void> {
  const known = state.read();
  const shell = known === null ? outer : shellOf(known, outer);
  const engine = new Engine(shell, Cache.ofUser(process.env).root);
  await timed('down', async () => {
    if (await engine.answers()) for (const cluster of clusters(shell)) await cluster.delete();
    await engine.stopIfIdle();
    rmSync(archives, { recursive: true, force: true });
    state.remove();
  });
}

function knownCluster(): State {
  const known = state.read();
  if (known === null) throw new Error('there is no cluster: make e2e-up');
  return known;
}

/** This checkout's clusters, whether they are there or not. The first one is that of `up`. */
function clusters(shell: Shell, width = CLUSTERS_MAX): readonly Cluster[] {
  return Array.from({ length: width }, (_, index) => {
    const suffix = index === 0 ? '' : `-${index + 1}`;
    return new Cluster(`${clusterName}${suffix}`, `${kubeconfig}${suffix}`, archives, shell);
  });
}

function patternOf(shell: Shell): string {
  return shell.env['TEST'] ?? '';
}

function widthOf(shell: Shell): number {
  const given = shell.env['E2E_CLUSTERS'] ?? CLUSTERS;
  const width = Number(given);
  if (!Number.isInteger(width) || width < 1 || width > CLUSTERS_MAX)
    throw new Error(
      `E2E_CLUSTERS: "${given}" is not allowed; allowed: whole numbers from 1 to ${CLUSTERS_MAX}`,
    );
  return width;
}

function shellOf({ toolbox }: Pick<State, 'toolbox'>, outer: Shell): Shell {
  return toolbox.folder === null ? outer : outer.with([toolbox.folder]);
}

async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const startedMs = performance.now();
  await work();
  print(`${what}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

async function main(name: string): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const abort = new AbortController();
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      // The second time at once.
      if (abort.signal.aborted) process.exit(code);
      abort.abort(new Error(`ended by ${signal}`));
    });
  }
  mkdirSync(folder, { recursive: true });
  try {
    const work = (): Promise<number> => command(new Shell(process.env, abort.signal), abort.signal);
    if (!ALONE.includes(name)) return await work();
    const wait = (): void => print('this checkout’s cluster is in other hands; waiting for them\n');
    return await exclusively(clusterName, wait, abort.signal, work);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv[2] ?? '');
