import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { Problem } from '#contracts';

type SchemaObject = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

interface ConvertedSchema {
  readonly schema: SchemaObject;
  readonly components: Record<string, SchemaObject>;
}

/** The OpenAPI 3.1 document of all routes, its schemas made from the contracts that also check the traffic. */
export function createApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('Rebalancer')
    .setDescription('Backtests of the threshold cascade. Errors are RFC 9457 problem documents with a stable `code`.')
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The access token that the first start made' }, 'token')
    .addSecurityRequirements('token')
    .setOpenAPIVersion('3.1.0')
    .build();
  const standardSchemaConverter = (schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) => toJsonSchema(schema as z.ZodType, schemaType);
  const document = SwaggerModule.createDocument(app, base, { standardSchemaConverter, operationIdFactory: (_controller, method) => method });
  const { components } = toJsonSchema(Problem, 'output');
  return { ...document, components: { ...document.components, schemas: { ...document.components?.schemas, ...atHome(components) } } };
}

/** What refers to a neighbor of its own schema finds it among the components of the document. */
const atHome = (components: ConvertedSchema['components']): ConvertedSchema['components'] =>
  JSON.parse(JSON.stringify(components).replaceAll('"#/$defs/', '"#/components/schemas/')) as ConvertedSchema['components'];

/** Swagger's own conversion aims at OpenAPI 3.0; 3.1 takes JSON Schema as it is. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): ConvertedSchema {
  const converted = z.toJSONSchema(schema, { io, target: 'draft-2020-12', override: ({ jsonSchema }) => openToMore(jsonSchema, io) });
  const { $defs = {}, $schema: _dialect, ...rest } = converted;
  return { schema: rest as SchemaObject, components: $defs as Record<string, SchemaObject> };
}

/** What we answer may get more fields in later versions, and clients must live with that. */
function openToMore(jsonSchema: { additionalProperties?: unknown }, io: 'input' | 'output'): void {
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
