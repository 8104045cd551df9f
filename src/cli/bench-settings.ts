import { type ArrivalChoice, arrivalChoice, duration, durationFromZero, headerLine } from './bench-values.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { appended, oneOf, positiveInteger, positiveNumber, text, wholeNumber } from './values.ts'

export const BENCH_PROTOCOLS = ['mlflow', 'v2', 'v2-binary', 'grpc', 'v1'] as const

export type BenchProtocol = (typeof BENCH_PROTOCOLS)[number]

/** What is asked of a server, for every command that measures one. */
export const REQUEST_SETTINGS = {
  payloadFiles: setting<readonly string[]>({
    flags: '--payload <file[=weight]>',
    default: [],
    defaultText: 'made from what the server or the model tells of its inputs',
    help: 'File with what is sent: a body, lines of JSON (a body each), or rows as CSV or parquet. Several are mixed by their weights: --payload small.json=3 --payload large.json',
    parse: appended,
  }),
  contentType: setting<string | undefined>({
    flags: '--content-type <type>',
    default: undefined,
    defaultText: "by the file's extension",
    help: 'Content-Type of --payload',
    parse: text,
  }),
  headers: setting<readonly string[]>({
    flags: '-H, --header <name: value>',
    default: [],
    help: 'Header of every request, such as a token; repeat it for several',
    parse: headerLine,
  }),
  rows: setting<number | undefined>({
    flags: '--rows <count>',
    default: undefined,
    defaultText: '1',
    help: 'Rows of each request, where requests are made from a signature, metadata, CSV or parquet',
    parse: positiveInteger,
  }),
  protocol: setting<BenchProtocol | undefined>({
    flags: '--protocol <name>',
    default: undefined,
    defaultText: 'that of the server that is found',
    help: `How requests are written: ${BENCH_PROTOCOLS.join(', ')}`,
    parse: oneOf(BENCH_PROTOCOLS),
  }),
  timeoutMs: setting({
    flags: '--timeout <time>',
    default: 10_000,
    defaultText: '10s',
    help: 'Time after which a request has failed, from when it was to arrive',
    parse: duration,
  }),
  threads: setting<number | undefined>({
    flags: '--threads <count>',
    default: undefined,
    defaultText: 'by the rate and the cores',
    help: 'Threads that send requests',
    parse: positiveInteger,
  }),
  seed: setting({
    flags: '--seed <number>',
    default: 1,
    help: 'Equal seeds give equal requests at equal times',
    parse: wholeNumber,
  }),
}

export type RequestSettings = SettingsOf<typeof REQUEST_SETTINGS>

const LOAD = {
  ratePerSecond: setting<number | undefined>({
    flags: '--rate <requests>',
    default: undefined,
    help: 'Open loop: so many requests a second arrive whatever the server does, and latency counts from when each was to arrive',
    parse: positiveNumber,
  }),
  arrivals: setting<ArrivalChoice | undefined>({
    flags: '--arrivals <pattern>',
    default: undefined,
    defaultText: 'poisson',
    help: 'When they arrive: poisson, constant, bursts:N (N at once), trace:FILE (as recorded; its rate is that of the file)',
    parse: arrivalChoice,
  }),
  connections: setting<number | undefined>({
    flags: '--connections <count>',
    default: undefined,
    help: 'Closed loop: each of so many connections asks as soon as it was answered, which tells the most that the server can do and hides how long users would wait',
    parse: positiveInteger,
  }),
  findMax: flag({
    flags: '--find-max',
    help: 'Search the largest Poisson rate at which --p99 holds, by the rule of the server scenario of MLPerf Inference',
  }),
  p99Ms: setting<number | undefined>({
    flags: '--p99 <time>',
    default: undefined,
    help: 'For --find-max: time that 99 of 100 requests may take, such as 20ms',
    parse: duration,
  }),
  durationMs: setting<number | undefined>({
    flags: '--duration <time>',
    default: undefined,
    defaultText: '10s for a load; a round of several targets 3s',
    help: 'How long each load is measured: 30s, 2m, 500ms. For --find-max the least of each load, of which it makes ten to twenty',
    parse: duration,
  }),
  warmUpMs: setting<number | undefined>({
    flags: '--warm-up <time>',
    default: undefined,
    defaultText: 'a fifth of the duration, 1s at least',
    help: 'How long the load runs before it counts; 0 for not at all',
    parse: durationFromZero,
  }),
  rounds: setting<number | undefined>({
    flags: '--rounds <count>',
    default: undefined,
    defaultText: '1; 6 of several targets',
    help: 'How often each target is measured; several targets take turns, so that what else the machine does meets them all',
    parse: positiveInteger,
  }),
}

const SERVER = {
  modelUri: setting<readonly string[]>({
    flags: '-m, --model-uri <uri>',
    default: [],
    help: 'Model to serve for the measurement, by `headrace serve` in a process of its own, on other cores than the requests come from; any URI that it takes. Flags for that server stand after --: headrace bench -m URI -- --listeners 2. Repeat it for several, side by side',
    parse: appended,
  }),
  modelName: setting<string | undefined>({
    flags: '--model <name>',
    default: undefined,
    defaultText: 'the first ready one',
    help: 'Model of the server at a URL',
    parse: text,
  }),
  modelVersion: setting<string | undefined>({
    flags: '--model-version <version>',
    default: undefined,
    defaultText: 'chosen by the server',
    help: 'Version of it',
    parse: text,
  }),
  serverPid: setting<number | undefined>({
    flags: '--server-pid <pid>',
    default: undefined,
    defaultText: 'whatever listens on the port, on this machine',
    help: 'Process whose CPU and memory are measured, with all its descendants (Linux)',
    parse: positiveInteger,
  }),
  insecure: flag({ flags: '--insecure', help: 'Take certificates without a check' }),
}

const ANSWERS = {
  check: setting<'status' | 'predictions' | 'golden' | undefined>({
    flags: '--check <what>',
    default: undefined,
    defaultText: 'predictions where requests are made, else status',
    help: 'What an answer has to be: status (not an error), predictions (one for each row, finite), golden (the values of --golden, or those of the first answer). Wrong answers are failures',
    parse: oneOf(['status', 'predictions', 'golden']),
  }),
  goldenFile: setting<string | undefined>({
    flags: '--golden <file>',
    default: undefined,
    help: 'JSON file with the right answer, or lines of JSON, one for each body in turn',
    parse: text,
  }),
  assertions: setting<readonly string[]>({
    flags: '--assert <conditions>',
    default: [],
    help: "Exit with 1 unless they hold: --assert 'p99<20ms,errors<0.1%,rate>=450'",
    parse: appended,
  }),
}

const OUTPUT = {
  jsonFile: setting<string | undefined>({
    flags: '--json <file>',
    default: undefined,
    help: 'Write all that was measured as JSON; - for standard output, in place of the table',
    parse: text,
  }),
  htmlFile: setting<string | undefined>({
    flags: '--html <file>',
    default: undefined,
    help: 'Write a page with plots, a file that needs no others',
    parse: text,
  }),
  samplesFile: setting<string | undefined>({
    flags: '--samples <file>',
    default: undefined,
    help: 'Write a line of JSON for each request; for a single load on a single target',
    parse: text,
  }),
  track: setting<string | undefined>({
    flags: '--track <experiment>',
    default: undefined,
    help: 'Log the result as a run of this experiment, at the tracking URI',
    parse: text,
  }),
}

/** The settings of `headrace bench`. */
export const BENCH_SETTINGS = {
  ...SERVER,
  ...LOAD,
  ...REQUEST_SETTINGS,
  ...ANSWERS,
  ...OUTPUT,
  ...REGISTRY_SETTINGS,
} as const

export type BenchSettings = SettingsOf<typeof BENCH_SETTINGS>
