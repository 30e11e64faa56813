/**
 * Variables of a process in which native code runs: llama.cpp would start a debugger before it aborts, which takes seconds
 * and tells a user nothing.
 */
export function nativeEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GGML_NO_BACKTRACE: '1' }
}
