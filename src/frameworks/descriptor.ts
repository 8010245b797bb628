export type {
  DecoratorRow,
  ExportedHandlerRow,
  ExportRef,
  FrameworkDescriptor,
  HandlerRow,
  Insertion,
  MethodRef,
  MiddlewareRow,
  ObjectSource,
} from '@spanguard/policy'
