import { ENGINE_SETTINGS } from './engine-settings.ts'
import { IMAGE_MODEL_SETTINGS, IMAGE_SETTINGS, imageReference } from './image-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { oneOf, text } from './values.ts'

/** What stands at the beginning of a generated Dockerfile: Node on Debian, for both processors. */
const NODE_IMAGE = 'node:24-slim'

export const IMAGE_BUILDERS = ['docker', 'podman', 'buildah'] as const

/** What `headrace generate-dockerfile` and `headrace build-docker` have in common; flags are MLflow's (3.17.2) where it has one. */
const CONTEXT_SETTINGS = {
  ...IMAGE_MODEL_SETTINGS,
  modelUri: setting<string | undefined>({
    ...IMAGE_MODEL_SETTINGS.modelUri,
    defaultText: 'none: an ONNX model is mounted at /opt/ml/model when the container runs',
  }),
  base: setting({
    flags: '--base <image>',
    default: NODE_IMAGE,
    help: 'Image to build upon, with Node 24 at /usr/local/bin/node and the C and C++ libraries of GNU; --build-arg BASE=… sets another when it is built',
    parse: text,
  }),
  platform: IMAGE_SETTINGS.platform,
  envManager: setting<string | undefined>({
    flags: '--env-manager <name>',
    default: undefined,
    help: 'Taken for compatibility with mlflow models',
    parse: text,
    hidden: true,
  }),
  mlflowHome: setting<string | undefined>({
    flags: '--mlflow-home <path>',
    default: undefined,
    help: 'Taken for compatibility with mlflow models',
    parse: text,
    hidden: true,
  }),
  installJava: setting<string | undefined>({
    flags: '--install-java [yes]',
    default: undefined,
    help: 'Taken for compatibility with mlflow models',
    parse: text,
    hidden: true,
  }),
  installMlflow: flag({
    flags: '--install-mlflow',
    help: 'Taken for compatibility with mlflow models',
    hidden: true,
  }),
  enableMlserver: flag({
    flags: '--enable-mlserver',
    help: 'Taken for compatibility with mlflow models',
    hidden: true,
  }),
} as const

export const GENERATE_DOCKERFILE_SETTINGS = {
  ...CONTEXT_SETTINGS,
  outputDirectory: setting({
    flags: '-d, --output-directory <folder>',
    default: 'mlflow-dockerfile',
    help: 'Folder that the Dockerfile and what it copies are written into; one that was written before is written anew',
    parse: text,
  }),
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
} as const

export const BUILD_DOCKER_SETTINGS = {
  ...CONTEXT_SETTINGS,
  name: setting({
    flags: '-n, --name <name>',
    default: 'mlflow-pyfunc-servable',
    help: 'Name of the image, with a tag or without',
    parse: imageReference,
  }),
  builder: setting<(typeof IMAGE_BUILDERS)[number] | undefined>({
    flags: '--builder <program>',
    default: undefined,
    defaultText: `the first that there is: ${IMAGE_BUILDERS.join(', ')}`,
    help: 'What builds the image',
    parse: oneOf(IMAGE_BUILDERS),
  }),
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
} as const

export type ContextSettings = SettingsOf<
  typeof CONTEXT_SETTINGS & typeof ENGINE_SETTINGS & typeof REGISTRY_SETTINGS
>

export type GenerateDockerfileSettings = SettingsOf<typeof GENERATE_DOCKERFILE_SETTINGS>

export type BuildDockerSettings = SettingsOf<typeof BUILD_DOCKER_SETTINGS>

/** A sentence for each setting that was given and has no effect. */
export function settingsWithoutEffect(settings: ContextSettings): readonly string[] {
  const { envManager, mlflowHome, installJava, installMlflow, enableMlserver } = settings
  const given: readonly (readonly [string | boolean | undefined, string])[] = [
    [envManager, '--env-manager has no effect: the image has no Python environment'],
    [mlflowHome, '--mlflow-home has no effect: the image has no MLflow'],
    [installJava, '--install-java has no effect: the image has no Java, and no model that needs it'],
    [installMlflow, '--install-mlflow has no effect: the image has no MLflow'],
    [enableMlserver, '--enable-mlserver has no effect: Headrace itself speaks the protocol of MLServer (V2)'],
  ]
  return given.flatMap(([value, sentence]) => (value === undefined || value === false ? [] : [sentence]))
}
