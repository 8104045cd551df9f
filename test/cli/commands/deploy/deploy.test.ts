import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { addDeployCommand } from '../../../../src/cli/commands/deploy.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { problemsOf } from '../../../image/kubernetes/support/check-object.ts'

const IRIS = new URL('../../../../models/iris/1', import.meta.url).pathname

interface Read {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations: object }
}

async function deploy(...args: readonly string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  addDeployCommand(program)
  for (const command of program.commands.flatMap(({ commands }) => commands)) {
    command.exitOverride().configureOutput({ writeErr: () => {} })
  }
  await program.parseAsync(['deploy', ...args], { from: 'user' })
}

function read(path: string): readonly Read[] {
  return [...parseAllDocuments(readFileSync(path, 'utf8'))].map((document) => document.toJS() as Read)
}

/** What a command writes into a file. */
async function written(...args: readonly string[]): Promise<readonly Read[]> {
  const file = join(temporaryFolder(), 'all.yaml')
  const place = args[0] === 'kubernetes' ? '-o' : '--manifests'
  const [command = '', ...options] = args
  await deploy(command, place, file, ...options)
  const objects = read(file)
  expect(objects.flatMap(problemsOf)).toEqual([])
  return objects
}

const FROM_REGISTRY = ['--image', 'iris', '--from-registry', '--tracking-uri']

describe('headrace deploy kubernetes', () => {
  it('writes all objects of a model, under its name and with which one it is', async () => {
    const objects = await written('kubernetes', '-m', IRIS, '--image', 'registry.example/iris:3')
    expect(objects).toHaveLength(7)
    // Of which machine it was printed on they say nothing.
    expect(JSON.stringify(objects)).not.toContain(IRIS)
    expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(['model-1']))
    expect(objects[1]?.metadata.annotations).toMatchObject({
      'headrace.model.name': '1',
      'headrace.model.run_id': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  it('calls the model as NAME=URI does', async () => {
    const [, deployment] = await written('kubernetes', '-m', `flowers=${IRIS}`, '--image', 'iris')
    expect(deployment?.metadata).toMatchObject({
      name: 'flowers',
      annotations: { 'headrace.model.name': 'flowers' },
    })
  })

  it('takes any name of a model', async () => {
    const folder = join(temporaryFolder(), 'Crème: "brûlée" # {{x}} $(HOME)\n- kind: Pod')
    cpSync(IRIS, folder, { recursive: true })
    const [, deployment] = await written('kubernetes', '-m', folder, '--image', 'iris')
    expect(deployment?.metadata.name).toBe('creme-brulee-x-home-kind-pod')
    expect(deployment?.metadata.annotations).toMatchObject({ 'headrace.model.name': basename(folder) })
  })

  it('does what its options say', async () => {
    const objects = await written(
      ...['kubernetes', '-m', IRIS, '--image', 'iris', '--name', 'flowers', '--namespace', 'models'],
      ...['--replicas', '3', '--max-replicas', '3', '--cpu', '2', '--memory', '1g', '--grpc-port', '9000'],
      ...['--without', 'service-monitor', '--allow-namespaces', 'ingress, other'],
    )
    expect(objects.map(({ kind }) => kind)).toEqual([
      ...['ServiceAccount', 'Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'],
    ])
    expect(
      objects.every(({ metadata }) => metadata.name === 'flowers' && metadata.namespace === 'models'),
    ).toBe(true)
    const text = JSON.stringify(objects)
    expect(text).toContain('"replicas":3')
    expect(text).toContain('"limits":{"cpu":"2","memory":"1024Mi"}')
    expect(text).toContain('"kubernetes.io/metadata.name":"other"')
    expect(text).toContain('"appProtocol":"kubernetes.io/h2c"')
  })

  it('writes a folder that kubectl apply -k takes', async () => {
    const folder = join(temporaryFolder(), 'manifests')
    mkdirSync(folder)
    await deploy('kubernetes', '-m', IRIS, '--image', 'iris', '-o', folder)
    const { resources } = read(join(folder, 'kustomization.yaml'))[0] as unknown as { resources: string[] }
    expect([...resources, 'kustomization.yaml'].sort()).toEqual(readdirSync(folder).sort())
  })

  it.each([
    [['--image', 'iris'], 'No model is named'],
    [['-m', IRIS], 'No image is named'],
    [['-m', IRIS, '--image', 'Iris:3'], 'no reference to an image'],
    [['-m', IRIS, '--image', 'iris\nkind: Pod'], 'no reference to an image'],
    [['-m', IRIS, '--image', 'iris', '--name', 'Iris'], 'no name of an object'],
    [['-m', IRIS, '--image', 'iris', '--namespace', 'a.b'], 'no name of a namespace'],
    [['-m', IRIS, '--image', 'iris', '--api-key-secret', 'a..b'], 'no name of an object'],
    [['-m', IRIS, '--image', 'iris', '--replicas', '99999999999'], 'more than 100000'],
    [['-m', IRIS, '--image', 'iris', '--replicas', '3', '--max-replicas', '2'], 'is less than --replicas 3'],
    [['-m', IRIS, '--image', 'iris', '--grpc-port', '8080'], 'not a free port'],
    [['-m', IRIS, '--image', 'iris', '--without', 'service'], 'not one of autoscaler'],
    [['-m', IRIS, '--image', 'iris', '--from-registry'], 'a server that pods reach'],
    [
      [
        '-m',
        IRIS,
        '--image',
        'iris',
        '--from-registry',
        '--tracking-uri',
        'https://me:secret@mlflow.example',
      ],
      'no place for a password',
    ],
    [[...FROM_REGISTRY, 'https://mlflow.example', '-m', IRIS], 'pods do not reach'],
    [[...FROM_REGISTRY, 'https://mlflow.example/?token=secret', '-m', 'models:/iris/1'], 'no query'],
    [[...FROM_REGISTRY, 'https://mlflow.example', '-m', 'https://me:secret@files.example/iris'], 'no place'],
    [[...FROM_REGISTRY, 'https://mlflow.example', '-m', 'https://files.example/iris?key=secret'], 'no place'],
    [[...FROM_REGISTRY, 'sqlite:///mlflow.db', '-m', 'models:/iris/1'], 'a server that pods reach'],
    [['-m', IRIS, '--image', 'iris', '--registry-secret', 'a'], 'is for --from-registry'],
    [['-m', IRIS, '--image', 'iris', '-o', '/nowhere/at/all.yaml'], 'cannot be written'],
    [['-m', join(IRIS, 'nothing'), '--image', 'iris'], 'nothing'],
  ])('refuses %j', async (args, message) => {
    await expect(deploy('kubernetes', ...args)).rejects.toThrow(message)
  })
})

const JOB = ['kubernetes-job', '-m', IRIS, '--image', 'iris', '-i', 'in/rows.csv', '--input-claim', 'data']

describe('headrace deploy kubernetes-job', () => {
  it('writes a job for each part of the input', async () => {
    const objects = await written(
      ...JOB,
      '-o',
      'out/scores.parquet',
      '--shards',
      '12',
      '--parallelism',
      '4',
      '--',
      '--append',
    )
    expect(objects.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'NetworkPolicy', 'Job'])
    const [, , job] = objects
    expect(job).toMatchObject({
      metadata: { name: 'model-1-predict' },
      spec: { completions: 12, parallelism: 4, completionMode: 'Indexed' },
    })
    const text = JSON.stringify(job)
    expect(text).toContain('"--output-path=/data/output/out/scores-{shard}.parquet"')
    expect(text).toContain('"--shard=$(JOB_COMPLETION_INDEX)/12"')
    expect(text).toContain('"--append"')
  })

  it('leaves {shard} where it is', async () => {
    const [, , job] = await written(...JOB, '-o', '{shard}/scores.csv')
    expect(JSON.stringify(job)).toContain('/data/output/{shard}/scores.csv"')
  })

  it('takes names that only other objects may have', async () => {
    const [, , job] = await written(
      ...['kubernetes-job', '-m', IRIS, '--image', 'iris', '-i', 'rows.csv', '-o', 'out.csv'],
      ...[
        '--namespace',
        '1st',
        '--input-claim',
        '2026.rows',
        '--',
        '--bad-rows=/data/output/bad-{shard}.jsonl',
      ],
    )
    expect(job?.metadata.namespace).toBe('1st')
    expect(JSON.stringify(job)).toContain('"claimName":"2026.rows"')
    expect(JSON.stringify(job)).toContain('"--bad-rows=/data/output/bad-{shard}.jsonl"')
  })

  it('has a name that is short enough for its pods', async () => {
    const folder = join(temporaryFolder(), 'a'.repeat(100))
    cpSync(IRIS, folder, { recursive: true })
    const objects = await written(...JOB, '-o', 'out.csv', '-m', folder, '--shards', '10000')
    expect(`${objects[0]?.metadata.name}-9999`).toHaveLength(63)
  })

  it.each([
    [JOB, 'No files are named'],
    [[...JOB, '-o', '/out.csv'], 'not a path in a volume'],
    [[...JOB, '-o', '../out.csv'], 'not a path in a volume'],
    [[...JOB, '-o', 'out.csv', '--', '--apend'], "Behind --: unknown option '--apend'"],
    [[...JOB, '-o', 'out.csv', '--', '--shard=0/2'], 'the job itself says it'],
    [[...JOB, '-o', 'out.csv', '--', '-irows.csv'], 'the job itself says it'],
    [[...JOB, '-o', 'out.csv', '--', '--batch-rows', 'many'], 'not a whole number'],
    [[...JOB, '-o', 'out.csv', '--', '--bad-rows=/data/output/bad.jsonl'], 'all 8 pods would write'],
    [[...JOB, '-o', 'out.csv', '--retries', '99999999999'], 'more than 1000'],
  ])('refuses %j', async (args, message) => {
    await expect(deploy(...args)).rejects.toThrow(message)
  })
})
