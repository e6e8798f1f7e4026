import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeadlightError } from '../../../model/errors.ts';
import { isPoisoned, runtimeFailure } from '../../../webview/engine/failures.ts';

describe('runtimeFailure', () => {
  it('knows the ways in which memory runs out', () => {
    for (const words of [
      'std::bad_alloc',
      'Array buffer allocation failed',
      'RangeError: WebAssembly.Memory(): could not allocate memory',
      'ERROR_CODE: 6, ERROR_MESSAGE: Failed to allocate memory for requested buffer of size 4225000000',
      'void SafeIntExceptionHandler<onnxruntime::OnnxRuntimeException>::SafeIntOnOverflow() Integer overflow',
    ]) {
      assert.equal(runtimeFailure(new Error(words), 'The model could not be run').code, 'memory', words);
    }
    assert.equal(
      runtimeFailure(5_263_880, 'The model could not be run').code,
      'runtime',
      'an exception that nobody translated has no known reason',
    );
  });

  it('keeps the reason of the runtime, without its prefixes', () => {
    const words =
      "Can't create a session. ERROR_CODE: 10, ERROR_MESSAGE: Could not find an implementation for Foo(1) node with name 'x'\n  at y";
    const { code, message } = runtimeFailure(new Error(words), 'model.onnx could not be loaded');
    assert.equal(code, 'runtime');
    assert.equal(message, "model.onnx could not be loaded: Could not find an implementation for Foo(1) node with name 'x'.");
  });

  it('leaves the conditions of failed checks out', () => {
    const words =
      'reshape_helper.h:48 ReshapeHelper(const TensorShape &, TensorShapeVector &, bool) size != 0 && (a % size) == 0 was false. The input cannot be reshaped.';
    assert.equal(runtimeFailure(new Error(words), 'x could not be run').message, 'x could not be run: The input cannot be reshaped.');
  });

  it('leaves errors with a sentence of their own alone', () => {
    const error = new HeadlightError('not-found', 'model.onnx is no longer there.');
    assert.equal(runtimeFailure(error, 'The model could not be loaded'), error);
  });
});

describe('isPoisoned', () => {
  it('is true after a trap or an abort, also inside an error of ours', () => {
    for (const error of [new WebAssembly.RuntimeError('unreachable'), new Error('Aborted(OOM)')]) {
      assert.equal(isPoisoned(error), true);
      assert.equal(isPoisoned(runtimeFailure(error, 'The model could not be run')), true);
    }
  });

  it('is false for what the runtime survives', () => {
    for (const words of [
      'Type Error: Type (tensor(float)) …',
      'Non-zero status code returned while running Gather node',
      'invalid input',
    ]) {
      assert.equal(isPoisoned(runtimeFailure(new Error(words), 'The model could not be run')), false, words);
    }
  });
});
