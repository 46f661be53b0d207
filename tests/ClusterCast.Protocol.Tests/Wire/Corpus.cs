using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

/// <summary>
/// Inputs that once led somewhere new, one a file: a folder for each message, whose inputs are frames of it, and <c>Frames</c> for the parser, whose inputs are
/// streams of frames. CLUSTERCAST_WRITE_CORPUS=1 looks for more: an input is kept when its outcome is one that no kept input has.
/// </summary>
internal static partial class Corpus
{
    private const int Rounds = 20_000;

    public static IReadOnlyList<(string Name, byte[] Input)> All { get; } = Load();

    public static IEnumerable<byte[]> Of(string folder) => All.Where(entry => entry.Name.StartsWith(folder + "/", StringComparison.Ordinal)).Select(entry => entry.Input);

    /// <summary>What becomes of a stream of frames, without the numbers in it: two inputs of one outcome teach the same.</summary>
    public static string Outcome(byte[] input)
    {
        var (at, frames) = (0, 0);
        try
        {
            while (Frame.TryRead(input.AsSpan(at), out var type, out var header, out var length))
            {
                if (Messages.Recoders.TryGetValue(type, out var recode))
                {
                    recode(input.AsSpan(at + header, length));
                }

                at += header + length;
                frames++;
            }
        }
        catch (WireException e)
        {
            return Digits().Replace(e.Message, "#");
        }

        return at < input.Length ? "unfinished" : frames == 0 ? "empty" : "taken";
    }

    private static string Folder => Path.Combine(Repository.Root, "tests", "ClusterCast.Protocol.Tests", "Corpus");

    private static List<(string Name, byte[] Input)> Load()
    {
        if (Environment.GetEnvironmentVariable("CLUSTERCAST_WRITE_CORPUS") == "1")
        {
            Search();
        }

        return Directory.Exists(Folder)
            ? [.. Directory.GetFiles(Folder, "*.bin", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).Select(file => (Path.GetRelativePath(Folder, file).Replace('\\', '/'), File.ReadAllBytes(file)))]
            : [];
    }

    private static void Search()
    {
        var vectors = FrameVectors.File().Concat(InvalidFrameVectors.File()).Select(vector => Hex.Decode(vector!["hex"]!.GetValue<string>())).ToArray();
        foreach (var type in Messages.Recoders.Keys)
        {
            var seeds = vectors.Where(frame => frame[0] == (byte)type && frame.Length < 4_096).ToArray();
            Keep(type.ToString(), seeds, Rounds, (random, seed) => Damaged(random, seed, type));
        }

        Keep("Frames", vectors.Where(frame => frame.Length < 4_096), Rounds, (random, seed) => [.. random.Mutate(seed), .. random.Mutate(Messages.MakeFrame(random))]);
    }

    // Damage behind the header, and a header that fits again: else most inputs end at the length.
    private static byte[] Damaged(Random random, byte[] seed, FrameType type)
    {
        if (random.Next(4) == 0 || HeaderOf(seed) is not { } header)
        {
            return random.Mutate(seed);
        }

        var body = random.Mutate(seed[header..]);
        var frame = new byte[WireLimits.HeaderBytes + body.Length];
        var start = Frame.WriteHeader(frame, type, body.Length);
        body.CopyTo(frame, start);
        return frame[..(start + body.Length)];
    }

    private static int? HeaderOf(byte[] frame)
    {
        try
        {
            return Frame.TryRead(frame, out _, out var header, out _) ? header : null;
        }
        catch (WireException)
        {
            return null;
        }
    }

    private static void Keep(string name, IEnumerable<byte[]> seeds, int rounds, Func<Random, byte[], byte[]> change)
    {
        var folder = Path.Combine(Folder, name);
        Directory.CreateDirectory(folder);
        var kept = Directory.GetFiles(folder, "*.bin").Select(File.ReadAllBytes).ToList();
        var outcomes = kept.Select(KeyOf).ToHashSet();
        foreach (var seed in seeds)
        {
            Offer(seed);
        }

        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            Offer(change(random, kept[random.Next(kept.Count)]));
        }

        void Offer(byte[] input)
        {
            if (input.Length is > 0 and < 8_192 && outcomes.Add(KeyOf(input)))
            {
                kept.Add(input);
                File.WriteAllBytes(Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16] + ".bin"), input);
            }
        }
    }

    // What is taken is told apart by its size as well: an empty list, a full one.
    private static string KeyOf(byte[] input)
    {
        var outcome = Outcome(input);
        var key = new StringBuilder(outcome);
        return outcome == "taken" ? key.Append(int.Log2(input.Length)).ToString() : key.ToString();
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
