import { invalidParameter } from '../core/errors.ts'
import { PLATFORMS, type Platform } from '../image/platform.ts'
import { parseReference } from '../image/registry/image-reference.ts'
import { ENGINE_SETTINGS } from './engine-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { TRIAL_SETTINGS } from './trial-settings.ts'
import { oneOf, text, wholeNumber } from './values.ts'

/** What all commands have that put a model into an image. */
export const IMAGE_MODEL_SETTINGS = {
  modelUri: setting<string | undefined>({
    flags: '-m, --model-uri <uri>',
    variable: 'HEADRACE_MODEL_URI',
    default: undefined,
    help: 'Model that the image serves: any URI that `headrace serve` takes; NAME=URI serves it as NAME. It is resolved now, and its files go into the image',
    parse: text,
  }),
  label: setting<Readonly<Record<string, string>>>({
    flags: '--label <name=value>',
    default: {},
    defaultText: '',
    help: 'Label of the image, beside those of the model; repeat it for several',
    parse: assignment,
  }),
  env: setting<Readonly<Record<string, string>>>({
    flags: '--env <name=value>',
    default: {},
    defaultText: '',
    help: 'Environment variable of the image, such as HEADRACE_MAX_BATCH_ROWS=64; repeat it for several',
    parse: variable,
  }),
} as const

/** Where the image goes. */
const TARGETS = {
  output: setting<string | undefined>({
    flags: '-o, --output <file>',
    default: undefined,
    help: 'Write the image as an archive that docker load, podman load and skopeo take; - for standard output, oci:FOLDER for an OCI layout',
    parse: text,
  }),
  push: setting<string | undefined>({
    flags: '--push <reference>',
    default: undefined,
    help: 'Send the image to a registry, such as registry.example/iris:3, with the credentials of docker or podman login',
    parse: text,
  }),
  plainHttp: flag({
    flags: '--plain-http',
    help: 'Speak to registries of other machines without TLS; to those of this machine it is always so',
  }),
  name: setting<string | undefined>({
    flags: '-n, --name <name>',
    default: undefined,
    defaultText: "what it is pushed as, else the model's name and version",
    help: 'Name that the image has when it was loaded, such as iris:3',
    parse: text,
  }),
  sbom: setting<string | undefined>({
    flags: '--sbom <file>',
    default: undefined,
    help: "Write the image's bill of materials (CycloneDX 1.6), which is also in the image",
    parse: text,
  }),
} as const

/** What the image is made of. */
const CONTENTS = {
  base: setting<string | undefined>({
    flags: '--base <image>',
    default: undefined,
    defaultText: "none: this machine's own libraries",
    help: 'Image to build upon: a reference into a registry, oci:FOLDER[:TAG], oci-archive:FILE or docker-archive:FILE. It brings the C and C++ libraries',
    parse: text,
  }),
  platform: setting<Platform>({
    flags: '--platform <platform>',
    default: process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64',
    defaultText: 'linux on the processor of this machine',
    help: `What the image runs on: ${PLATFORMS.join(', ')}`,
    parse: oneOf(PLATFORMS),
  }),
  created: setting<Date | undefined>({
    variable: 'SOURCE_DATE_EPOCH',
    default: undefined,
    defaultText: '0',
    help: 'Seconds since 1970 that the image says it was made at; without it nothing of the time is in an image',
    parse: (value) => dateOf(wholeNumber(value)),
  }),
} as const

const CHECKS = {
  noTrial: flag({
    flags: '--no-trial',
    help: 'Do not load the model once to see that it can be served',
  }),
  trialTimeoutMs: TRIAL_SETTINGS.trialTimeoutMs,
  trialMemoryBytes: TRIAL_SETTINGS.trialMemoryBytes,
} as const

/** The settings of `headrace build-image`. */
export const IMAGE_SETTINGS = {
  ...IMAGE_MODEL_SETTINGS,
  ...TARGETS,
  ...CONTENTS,
  ...CHECKS,
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
} as const

/** The settings of `headrace sbom`. */
export const SBOM_SETTINGS = {
  modelUri: IMAGE_MODEL_SETTINGS.modelUri,
  plainHttp: TARGETS.plainHttp,
  base: CONTENTS.base,
  platform: CONTENTS.platform,
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
} as const

export type SbomSettings = SettingsOf<typeof SBOM_SETTINGS>

export type ImageModelSettings = SettingsOf<typeof IMAGE_MODEL_SETTINGS>

export type ImageSettings = SettingsOf<typeof IMAGE_SETTINGS>

/** A reference as it was given: a wrong one is refused before anything is fetched or built. */
export function imageReference(value: string): string {
  parseReference(value)
  return value
}

type Assignments = Readonly<Record<string, string>>

function assignment(value: string, previous: Assignments): Assignments {
  const at = value.indexOf('=')
  if (at < 1) throw invalidParameter(`'${value}' is not NAME=VALUE`)
  return { ...previous, [value.slice(0, at)]: value.slice(at + 1) }
}

/** POSIX.1-2017, 8.1: portable names; others are lost in a shell. */
function variable(value: string, previous: Assignments): Assignments {
  if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(value)) {
    throw invalidParameter(`'${value}' is not NAME=VALUE with a name of letters, digits and underscores`)
  }
  if (value.includes('\0')) throw invalidParameter('a variable cannot hold a zero byte')
  return assignment(value, previous)
}

/** The last second of 9999: RFC 3339, by which an image tells its time, has years of four digits. */
const LATEST_SECONDS = 253_402_300_799

function dateOf(seconds: number): Date {
  if (seconds <= LATEST_SECONDS) return new Date(seconds * 1000)
  throw invalidParameter(`${seconds} is later than any date`)
}
