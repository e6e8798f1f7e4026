// Written by `npm run proto` from onnx.proto; do not edit.
import type { Reader, Writer } from 'protobufjs/minimal.js';

/** A 64-bit integer: a number where that is exact, a bigint beyond ±2^53 (see wire.ts). */
export type Int64 = number | bigint;

/** What the static code offers for a message: unset scalars read as their defaults, unset messages as null. */
export interface MessageType<T> {
  create(properties?: Partial<T>): T;
  encode(message: T, writer: Writer): Writer;
  decode(reader: Reader | Uint8Array, length?: number): T;
}

export namespace onnx {
  const Version: { readonly _START_VERSION: 0; readonly IR_VERSION_2017_10_10: 1; readonly IR_VERSION_2017_10_30: 2; readonly IR_VERSION_2017_11_3: 3; readonly IR_VERSION_2019_1_22: 4; readonly IR_VERSION_2019_3_18: 5; readonly IR_VERSION_2019_9_19: 6; readonly IR_VERSION_2020_5_8: 7; readonly IR_VERSION_2021_7_30: 8; readonly IR_VERSION_2023_5_5: 9; readonly IR_VERSION_2024_3_25: 10; readonly IR_VERSION_2025_05_12: 11; readonly IR_VERSION_2025_08_26: 12; readonly IR_VERSION_2025_11_06: 13; readonly IR_VERSION: 14 };
  interface AttributeProto {
    name: string;
    refAttrName: string;
    docString: string;
    type: number;
    f: number;
    i: Int64;
    s: Uint8Array;
    t?: TensorProto | null | undefined;
    g?: GraphProto | null | undefined;
    sparseTensor?: SparseTensorProto | null | undefined;
    tp?: TypeProto | null | undefined;
    floats: number[];
    ints: Int64[];
    strings: Uint8Array[];
    tensors: TensorProto[];
    graphs: GraphProto[];
    sparseTensors: SparseTensorProto[];
    typeProtos: TypeProto[];
  }
  const AttributeProto: MessageType<AttributeProto> & {
    readonly AttributeType: { readonly UNDEFINED: 0; readonly FLOAT: 1; readonly INT: 2; readonly STRING: 3; readonly TENSOR: 4; readonly GRAPH: 5; readonly SPARSE_TENSOR: 11; readonly TYPE_PROTO: 13; readonly FLOATS: 6; readonly INTS: 7; readonly STRINGS: 8; readonly TENSORS: 9; readonly GRAPHS: 10; readonly SPARSE_TENSORS: 12; readonly TYPE_PROTOS: 14 };
  };
  interface ValueInfoProto {
    name: string;
    type?: TypeProto | null | undefined;
    docString: string;
    metadataProps: StringStringEntryProto[];
  }
  const ValueInfoProto: MessageType<ValueInfoProto>;
  interface NodeProto {
    input: string[];
    output: string[];
    name: string;
    opType: string;
    domain: string;
    overload: string;
    attribute: AttributeProto[];
    docString: string;
    metadataProps: StringStringEntryProto[];
    deviceConfigurations: NodeDeviceConfigurationProto[];
  }
  const NodeProto: MessageType<NodeProto>;
  interface IntIntListEntryProto {
    key: Int64;
    value: Int64[];
  }
  const IntIntListEntryProto: MessageType<IntIntListEntryProto>;
  interface NodeDeviceConfigurationProto {
    configurationId: string;
    shardingSpec: ShardingSpecProto[];
    pipelineStage: number;
  }
  const NodeDeviceConfigurationProto: MessageType<NodeDeviceConfigurationProto>;
  interface ShardingSpecProto {
    tensorName: string;
    device: Int64[];
    indexToDeviceGroupMap: IntIntListEntryProto[];
    shardedDim: ShardedDimProto[];
  }
  const ShardingSpecProto: MessageType<ShardingSpecProto>;
  interface ShardedDimProto {
    axis: Int64;
    simpleSharding: SimpleShardedDimProto[];
  }
  const ShardedDimProto: MessageType<ShardedDimProto>;
  interface SimpleShardedDimProto {
    dimValue?: Int64 | null | undefined;
    dimParam?: string | null | undefined;
    numShards: Int64;
  }
  const SimpleShardedDimProto: MessageType<SimpleShardedDimProto>;
  interface TrainingInfoProto {
    initialization?: GraphProto | null | undefined;
    algorithm?: GraphProto | null | undefined;
    initializationBinding: StringStringEntryProto[];
    updateBinding: StringStringEntryProto[];
  }
  const TrainingInfoProto: MessageType<TrainingInfoProto>;
  interface ModelProto {
    irVersion: Int64;
    opsetImport: OperatorSetIdProto[];
    producerName: string;
    producerVersion: string;
    domain: string;
    modelVersion: Int64;
    docString: string;
    graph?: GraphProto | null | undefined;
    metadataProps: StringStringEntryProto[];
    trainingInfo: TrainingInfoProto[];
    functions: FunctionProto[];
    configuration: DeviceConfigurationProto[];
  }
  const ModelProto: MessageType<ModelProto>;
  interface DeviceConfigurationProto {
    name: string;
    numDevices: number;
    device: string[];
  }
  const DeviceConfigurationProto: MessageType<DeviceConfigurationProto>;
  interface StringStringEntryProto {
    key: string;
    value: string;
  }
  const StringStringEntryProto: MessageType<StringStringEntryProto>;
  interface TensorAnnotation {
    tensorName: string;
    quantParameterTensorNames: StringStringEntryProto[];
  }
  const TensorAnnotation: MessageType<TensorAnnotation>;
  interface GraphProto {
    node: NodeProto[];
    name: string;
    initializer: TensorProto[];
    sparseInitializer: SparseTensorProto[];
    docString: string;
    input: ValueInfoProto[];
    output: ValueInfoProto[];
    valueInfo: ValueInfoProto[];
    quantizationAnnotation: TensorAnnotation[];
    metadataProps: StringStringEntryProto[];
  }
  const GraphProto: MessageType<GraphProto>;
  interface TensorProto {
    dims: Int64[];
    dataType: number;
    segment?: TensorProto_Segment | null | undefined;
    floatData: number[];
    int32Data: number[];
    stringData: Uint8Array[];
    int64Data: Int64[];
    name: string;
    docString: string;
    rawData: Uint8Array;
    externalData: StringStringEntryProto[];
    dataLocation: number;
    doubleData: number[];
    uint64Data: Int64[];
    metadataProps: StringStringEntryProto[];
  }
  const TensorProto: MessageType<TensorProto> & {
    readonly DataType: { readonly UNDEFINED: 0; readonly FLOAT: 1; readonly UINT8: 2; readonly INT8: 3; readonly UINT16: 4; readonly INT16: 5; readonly INT32: 6; readonly INT64: 7; readonly STRING: 8; readonly BOOL: 9; readonly FLOAT16: 10; readonly DOUBLE: 11; readonly UINT32: 12; readonly UINT64: 13; readonly COMPLEX64: 14; readonly COMPLEX128: 15; readonly BFLOAT16: 16; readonly FLOAT8E4M3FN: 17; readonly FLOAT8E4M3FNUZ: 18; readonly FLOAT8E5M2: 19; readonly FLOAT8E5M2FNUZ: 20; readonly UINT4: 21; readonly INT4: 22; readonly FLOAT4E2M1: 23; readonly FLOAT8E8M0: 24; readonly UINT2: 25; readonly INT2: 26; readonly FLOAT6E2M3: 27; readonly FLOAT6E3M2: 28 };
    readonly Segment: MessageType<TensorProto_Segment>;
    readonly DataLocation: { readonly DEFAULT: 0; readonly EXTERNAL: 1 };
  };
  interface TensorProto_Segment {
    begin: Int64;
    end: Int64;
  }
  interface SparseTensorProto {
    values?: TensorProto | null | undefined;
    indices?: TensorProto | null | undefined;
    dims: Int64[];
  }
  const SparseTensorProto: MessageType<SparseTensorProto>;
  interface TensorShapeProto {
    dim: TensorShapeProto_Dimension[];
  }
  const TensorShapeProto: MessageType<TensorShapeProto> & {
    readonly Dimension: MessageType<TensorShapeProto_Dimension>;
  };
  interface TensorShapeProto_Dimension {
    dimValue?: Int64 | null | undefined;
    dimParam?: string | null | undefined;
    denotation: string;
  }
  interface TypeProto {
    tensorType?: TypeProto_Tensor | null | undefined;
    sequenceType?: TypeProto_Sequence | null | undefined;
    mapType?: TypeProto_Map | null | undefined;
    optionalType?: TypeProto_Optional | null | undefined;
    sparseTensorType?: TypeProto_SparseTensor | null | undefined;
    opaqueType?: TypeProto_Opaque | null | undefined;
    denotation: string;
  }
  const TypeProto: MessageType<TypeProto> & {
    readonly Tensor: MessageType<TypeProto_Tensor>;
    readonly Sequence: MessageType<TypeProto_Sequence>;
    readonly Map: MessageType<TypeProto_Map>;
    readonly Optional: MessageType<TypeProto_Optional>;
    readonly SparseTensor: MessageType<TypeProto_SparseTensor>;
    readonly Opaque: MessageType<TypeProto_Opaque>;
  };
  interface TypeProto_Tensor {
    elemType: number;
    shape?: TensorShapeProto | null | undefined;
  }
  interface TypeProto_Sequence {
    elemType?: TypeProto | null | undefined;
  }
  interface TypeProto_Map {
    keyType: number;
    valueType?: TypeProto | null | undefined;
  }
  interface TypeProto_Optional {
    elemType?: TypeProto | null | undefined;
  }
  interface TypeProto_SparseTensor {
    elemType: number;
    shape?: TensorShapeProto | null | undefined;
  }
  interface TypeProto_Opaque {
    domain: string;
    name: string;
  }
  interface OperatorSetIdProto {
    domain: string;
    version: Int64;
  }
  const OperatorSetIdProto: MessageType<OperatorSetIdProto>;
  const OperatorStatus: { readonly EXPERIMENTAL: 0; readonly STABLE: 1 };
  interface FunctionProto {
    name: string;
    input: string[];
    output: string[];
    attribute: string[];
    attributeProto: AttributeProto[];
    node: NodeProto[];
    docString: string;
    opsetImport: OperatorSetIdProto[];
    domain: string;
    overload: string;
    valueInfo: ValueInfoProto[];
    metadataProps: StringStringEntryProto[];
  }
  const FunctionProto: MessageType<FunctionProto>;
}
