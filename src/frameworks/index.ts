import type { FrameworkDescriptor } from './descriptor.js'
import { express } from './express.js'
import { nodeHttp } from './node-http.js'

export type * from './descriptor.js'

/** Every framework that Spanguard knows, sorted by name; a new one is a new row here. */
export const frameworks: readonly FrameworkDescriptor[] = [express, nodeHttp]
