export type {
  ExportedHandlerRow,
  ExportRef,
  FrameworkDescriptor,
  HandlerRow,
  Insertion,
  MiddlewareRow,
  ObjectSource,
} from '@spanguard/policy'
