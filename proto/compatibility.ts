import { loadServices } from './load.ts';

/** What the wire depends on: numbers, types and labels. Names of fields count too: journals are read by them in tools. */
export interface WireDescription {
  readonly messages: Readonly<Record<string, Readonly<Record<string, FieldDescription>>>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly services: Readonly<Record<string, Readonly<Record<string, MethodDescription>>>>;
}

/** By field number. */
export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly oneof: string;
}

export interface MethodDescription {
  readonly request: string;
  readonly response: string;
  readonly streams: string;
}

/** The parts of a descriptor (google/protobuf/descriptor.proto) that are looked at. */
interface Descriptor {
  readonly name: string;
  readonly field?: readonly {
    readonly name: string;
    readonly number: number;
    readonly type: string;
    readonly label: string;
    readonly typeName: string;
    readonly oneofIndex?: number;
    readonly proto3Optional?: boolean;
  }[];
  readonly oneofDecl?: readonly { readonly name: string }[];
  readonly value?: readonly { readonly name: string; readonly number: number }[];
}

/** The definitions as they are now. */
export function describeWire(): WireDescription {
  const messages: Record<string, Record<string, FieldDescription>> = {};
  const enums: Record<string, Record<string, number>> = {};
  const services: Record<string, Record<string, MethodDescription>> = {};
  for (const [name, definition] of Object.entries(loadServices())) {
    if (!('format' in definition)) {
      services[name] = Object.fromEntries(
        Object.entries(definition).map(([call, method]) => [
          call,
          {
            request: (method.requestType.type as Descriptor).name,
            response: (method.responseType.type as Descriptor).name,
            streams: `${method.requestStream ? 'request ' : ''}${method.responseStream ? 'response' : ''}`,
          },
        ]),
      );
      continue;
    }
    const descriptor = definition.type as Descriptor;
    if (descriptor.value !== undefined)
      enums[name] = Object.fromEntries(descriptor.value.map((value) => [value.name, value.number]));
    else messages[name] = describeFields(descriptor);
  }
  return { messages, enums, services };
}

function describeFields({ field = [], oneofDecl = [] }: Descriptor): Record<string, FieldDescription> {
  return Object.fromEntries(
    field.map(({ name, number, type, label, typeName, oneofIndex, proto3Optional }) => {
      const oneof =
        oneofIndex === undefined || proto3Optional === true ? '' : (oneofDecl[oneofIndex]?.name ?? '');
      const kind = proto3Optional === true ? 'LABEL_PROTO3_OPTIONAL' : label;
      return [
        String(number),
        { name, type: typeName === '' ? type : `${type} ${typeName}`, label: kind, oneof },
      ];
    }),
  );
}

/** What of the old description the new one no longer keeps: every line names one promise that was broken. */
export function breakingChanges(before: WireDescription, now: WireDescription): string[] {
  const broken: string[] = [];
  const compare = <T>(
    kind: string,
    old: Readonly<Record<string, Readonly<Record<string, T>>>>,
    current: typeof old,
  ): void => {
    for (const [name, parts] of Object.entries(old)) {
      for (const [key, part] of Object.entries(parts)) {
        const is = current[name]?.[key];
        if (JSON.stringify(is) === JSON.stringify(part)) continue;
        broken.push(
          `${kind} ${name} ${key}: was ${JSON.stringify(part)}, is ${is === undefined ? 'gone' : JSON.stringify(is)}`,
        );
      }
      if (!(name in current)) broken.push(`${kind} ${name} is gone`);
    }
  };
  compare('message', before.messages, now.messages);
  compare('enum', before.enums, now.enums);
  compare('service', before.services, now.services);
  return broken;
}
