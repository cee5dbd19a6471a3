/** Starts again until it succeeds, as a supervisor does: a process cannot start while its disk is full, or a server is away. */
export async function supervised<T>(start: () => Promise<T>, most: number): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (tries === most) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
