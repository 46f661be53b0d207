using System.Diagnostics;

namespace ClusterCast.Media.Tests.Fuzzing;

/// <summary>Runs mutated inputs. The seeds are fixed, so every run of a given length tries the same inputs; <c>FUZZ_SECONDS</c>
/// makes it go on for a time. Nothing but <see cref="MediaException"/> may come out.</summary>
internal static class Fuzz
{
    private const int Iterations = 3000;

    public static void Run(IReadOnlyList<byte[]> seeds, Action<byte[]> target)
    {
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("FUZZ_SECONDS"), out var given) ? given : 0;
        var clock = Stopwatch.StartNew();
        for (var seed = 0; seed < Iterations || clock.Elapsed.TotalSeconds < seconds; seed++)
        {
            var random = new Random(seed);
            var input = Mutate(seeds[seed % seeds.Count], random);
            try
            {
                target(input);
            }
            catch (MediaException)
            {
                // A clear refusal is what broken input should get.
            }
            catch (Exception failure)
            {
                Assert.Fail($"Input {seed} ({input.Length} bytes): {failure}");
            }
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var count = random.Next(1, 8); count > 0 && bytes.Count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0; break;
                case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 64), bytes.Count - at)); break;
                case 4: bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 16)).Select(_ => (byte)random.Next(256))); break;
                case 5: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at))); break;
                case 6: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }
        return [.. bytes];
    }
}
