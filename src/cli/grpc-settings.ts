import { type SettingsOf, setting } from './setting.ts'
import { port } from './values.ts'

/** The part of the settings table that is about gRPC. */
export const GRPC_SETTINGS = {
  grpcPort: setting<number | undefined>({
    flags: '--grpc-port <port>',
    variable: 'HEADRACE_GRPC_PORT',
    default: undefined,
    help: 'Port on which the Open Inference Protocol is served over gRPC as well; 0 takes any free one',
    parse: port,
  }),
} as const

export type GrpcSettings = SettingsOf<typeof GRPC_SETTINGS>
