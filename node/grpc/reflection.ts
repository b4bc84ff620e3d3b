import { ReflectionService } from '@grpc/reflection';
import { loadDescriptions } from '../../proto/load.ts';
import type { handleBidiStreamingCall, MethodDefinition } from '@grpc/grpc-js';
import type { ServiceTaker } from './borrowed-services.ts';

const METHOD = 'ServerReflectionInfo';
const PATHS = ['v1', 'v1alpha'].map((version) => `/grpc.reflection.${version}.ServerReflection/${METHOD}`);

type Handler = handleBidiStreamingCall<object, object>;

interface Method {
  readonly definition: MethodDefinition<object, object>;
  readonly handle: Handler;
}

/** `grpc.reflection`: tells of these services. Few nodes are ever asked, so what is told is made ready by the first question, not by every start. */
export function addReflection(taker: ServiceTaker, services: readonly string[]): void {
  let methods: ReadonlyMap<string, Method> | undefined;
  for (const path of PATHS) {
    const method = (): Method => {
      methods ??= methodsOf(services);
      const found = methods.get(path);
      if (found === undefined) throw new Error(`@grpc/reflection does not serve ${path} any more`);
      return found;
    };
    const definition: MethodDefinition<object, object> = {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: (request) => method().definition.requestSerialize(request),
      requestDeserialize: (bytes) => method().definition.requestDeserialize(bytes),
      responseSerialize: (response) => method().definition.responseSerialize(response),
      responseDeserialize: (bytes) => method().definition.responseDeserialize(bytes),
    };
    const handle: Handler = (stream) => method().handle(stream);
    taker.addService({ [METHOD]: definition }, { [METHOD]: handle });
  }
}

/** What the package serves, by its paths. */
function methodsOf(services: readonly string[]): ReadonlyMap<string, Method> {
  const methods = new Map<string, Method>();
  new ReflectionService(loadDescriptions(), { services: [...services] }).addToServer({
    addService: (service, implementation) => {
      for (const [name, definition] of Object.entries<MethodDefinition<object, object>>(service))
        methods.set(definition.path, { definition, handle: implementation[name] as Handler });
    },
  });
  return methods;
}
