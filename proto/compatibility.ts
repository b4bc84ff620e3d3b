import { loadSync } from '@grpc/proto-loader';
import { loadServices } from './load.ts';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

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

/** The parts of google/protobuf/descriptor.proto that are looked at. What a descriptor does not set is absent. */
interface FileDescriptor {
  readonly package: string;
  readonly messageType?: readonly MessageDescriptor[];
  readonly enumType?: readonly EnumDescriptor[];
  readonly service?: readonly ServiceDescriptor[];
}

interface MessageDescriptor {
  readonly name: string;
  readonly field?: readonly {
    readonly name: string;
    readonly number: number;
    readonly type: string;
    readonly label: string;
    readonly typeName?: string;
    readonly oneofIndex?: number;
  }[];
  readonly oneofDecl?: readonly { readonly name: string }[];
  readonly nestedType?: readonly MessageDescriptor[];
  readonly enumType?: readonly EnumDescriptor[];
}

interface EnumDescriptor {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number: number }[];
}

interface ServiceDescriptor {
  readonly name: string;
  readonly method: readonly {
    readonly name: string;
    readonly inputType: string;
    readonly outputType: string;
    readonly clientStreaming?: boolean;
    readonly serverStreaming?: boolean;
  }[];
}

/** The definitions as they are now. */
export function describeWire(): WireDescription {
  const messages: Record<string, Record<string, FieldDescription>> = {};
  const enums: Record<string, Record<string, number>> = {};
  const services: Record<string, Record<string, MethodDescription>> = {};
  const describe = (scope: string, within: Pick<MessageDescriptor, 'nestedType' | 'enumType'>): void => {
    for (const { name, value } of within.enumType ?? [])
      enums[`${scope}.${name}`] = Object.fromEntries(value.map((one) => [one.name, one.number]));
    for (const message of within.nestedType ?? []) {
      messages[`${scope}.${message.name}`] = describeFields(message);
      describe(`${scope}.${message.name}`, message);
    }
  };
  for (const file of fileDescriptors()) {
    describe(file.package, { nestedType: file.messageType ?? [], enumType: file.enumType ?? [] });
    for (const { name, method } of file.service ?? [])
      services[`${file.package}.${name}`] = describeMethods(method);
  }
  return { messages, enums, services };
}

/**
 * The descriptors as protobuf has them. Those that the loader gives as objects are filled up with defaults: there every field seems to be
 * in its message's first oneof.
 */
function fileDescriptors(): FileDescriptor[] {
  const bundled = loadSync('google/protobuf/descriptor.proto', { enums: String });
  const type = bundled['google.protobuf.FileDescriptorProto'] as MessageTypeDefinition<
    object,
    FileDescriptor
  >;
  // Each message has the descriptors of all files.
  const any = loadServices()['messages.Mutation'] as MessageTypeDefinition<object, object>;
  return any.fileDescriptorProtos.map((bytes) => type.deserialize(bytes));
}

function describeFields({ field = [], oneofDecl = [] }: MessageDescriptor): Record<string, FieldDescription> {
  return Object.fromEntries(
    field.map(({ name, number, type, label, typeName, oneofIndex }) => {
      const oneof = oneofIndex === undefined ? '' : (oneofDecl[oneofIndex]?.name ?? '');
      // An optional field is in a oneof of its own, whose name begins with a line.
      const optional = oneof.startsWith('_');
      const description = {
        name,
        type: typeName === undefined ? type : `${type} ${typeName}`,
        label: optional ? 'LABEL_PROTO3_OPTIONAL' : label,
        oneof: optional ? '' : oneof,
      };
      return [String(number), description];
    }),
  );
}

function describeMethods(methods: ServiceDescriptor['method']): Record<string, MethodDescription> {
  return Object.fromEntries(
    methods.map(({ name, inputType, outputType, clientStreaming, serverStreaming }) => {
      const streams = [clientStreaming === true ? 'request' : '', serverStreaming === true ? 'response' : ''];
      return [
        name,
        { request: bare(inputType), response: bare(outputType), streams: streams.join(' ').trim() },
      ];
    }),
  );
}

/** The name of a type without its package. */
function bare(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
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
