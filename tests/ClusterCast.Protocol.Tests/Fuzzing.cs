using System.Diagnostics;

namespace ClusterCast.Protocol.Tests;

/// <summary>Deterministic fuzzing: the seed is the number of the round. FUZZ_SECONDS makes it longer.</summary>
internal static class Fuzzing
{
    private static readonly double Seconds = double.TryParse(Environment.GetEnvironmentVariable("FUZZ_SECONDS"), out var seconds) ? seconds : 0;

    public static void Run(int rounds, Action<Random> round) => RunAsync(rounds, random =>
    {
        round(random);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    public static async Task RunAsync(int rounds, Func<Random, Task> round)
    {
        var watch = Stopwatch.StartNew();
        for (var seed = 0; seed < rounds || watch.Elapsed.TotalSeconds < Seconds; seed++)
        {
            try
            {
                await round(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Fuzzing failed with seed {seed}: {e.Message}", e);
            }
        }
    }

    public static byte[] Bytes(this Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>One to four small damages: a flipped bit, an extreme byte, a cut, an insertion, a repeated piece.</summary>
    public static byte[] Mutate(this Random random, byte[] input)
    {
        var bytes = new List<byte>(input);
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xff;
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(9), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, random.Bytes(random.Next(9)));
                    break;
                default:
                    bytes.AddRange(bytes.GetRange(at, Math.Min(random.Next(33), bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }
}
