"""The same weights without quantisation: dequantise.py FROM.gguf TO.gguf

Metadata is copied; every tensor is written in single precision.
"""

import sys

import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter, dequantize

# Written by the writer itself.
OWN = {"general.architecture", "general.file_type", "general.quantization_version"}


def main(source: str, target: str) -> None:
    reader = GGUFReader(source)
    architecture = reader.get_field("general.architecture").contents()
    writer = GGUFWriter(target, architecture)
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key in OWN:
            continue
        kind = field.types[0]
        if kind == GGUFValueType.ARRAY:
            writer.add_array(key, field.contents())
        else:
            writer.add_key_value(key, field.contents(), kind)
    writer.add_file_type(0)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.add_tensor(tensor.name, values.reshape(tuple(reversed([int(n) for n in tensor.shape]))))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
