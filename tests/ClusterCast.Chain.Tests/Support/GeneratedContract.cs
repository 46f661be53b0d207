using System.Numerics;
using System.Reflection;
using System.Text.Json;
using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Support;

/// <summary>The generated side of a contract, by reflection, and the artifact that it was generated from.</summary>
internal sealed class GeneratedContract
{
    private static readonly Assembly Chain = typeof(ContractBinding).Assembly;

    private GeneratedContract(Type type)
    {
        Type = type;
        Artifact = FindArtifact(type);
    }

    /// <summary>Every contract that has bindings.</summary>
    public static IReadOnlyList<GeneratedContract> All { get; } =
        [.. Chain.GetTypes().Where(type => type.BaseType == typeof(ContractBinding)).OrderBy(type => type.Name, StringComparer.Ordinal).Select(type => new GeneratedContract(type))];

    public Type Type { get; }

    /// <summary>The compiler's JSON.</summary>
    public JsonElement Artifact { get; }

    /// <summary>Whether Foundry compiled it, and not somebody else.</summary>
    public bool IsOwn => Artifact.TryGetProperty("methodIdentifiers", out _);

    public IReadOnlyList<AbiFunction> Functions => (IReadOnlyList<AbiFunction>)Type.GetNestedType("Functions", BindingFlags.NonPublic)!.GetField("All")!.GetValue(null)!;

    /// <summary>Event records with their ABI.</summary>
    public IReadOnlyList<(Type Record, AbiEvent Abi)> Events => [.. Records("Event").Select(record => (record, (AbiEvent)Static(record, "Abi")))];

    /// <summary>Error records with their ABI.</summary>
    public IReadOnlyList<(Type Record, AbiError Abi)> Errors => [.. Records("Error").Select(record => (record, (AbiError)Static(record, "Abi")))];

    /// <summary>Methods that take only what the ABI knows.</summary>
    public IEnumerable<MethodInfo> Calls => Type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(ContractCall) && method.GetParameters().All(parameter => CanSample(parameter.ParameterType)));

    /// <summary>Reads that are named after a function.</summary>
    public IEnumerable<MethodInfo> Reads => Type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => typeof(Task).IsAssignableFrom(method.ReturnType) && Type.GetNestedType("Functions", BindingFlags.NonPublic)!.GetField(method.Name[..^"Async".Length]) is not null);

    /// <summary>Signatures of one kind in the artifact.</summary>
    public IEnumerable<string> Signatures(string kind) => Entries(kind).Select(entry => entry.GetProperty("name").GetString() + Types(entry.GetProperty("inputs")));

    public IEnumerable<JsonElement> Entries(string kind) => Artifact.GetProperty("abi").EnumerateArray().Where(entry => entry.GetProperty("type").GetString() == kind);

    public static string Types(JsonElement parameters) => "(" + string.Join(',', parameters.EnumerateArray().Select(parameter =>
    {
        var type = parameter.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal) ? Types(parameter.GetProperty("components")) + type["tuple".Length..] : type;
    })) + ")";

    /// <summary>A value of a generated parameter's type, another one for another seed.</summary>
    public static object Sample(Type type, int seed)
    {
        var word = new byte[32];
        new Random(seed).NextBytes(word);
        return type switch
        {
            _ when type == typeof(Address) => Address.From(word.AsSpan(0, 20)),
            _ when type == typeof(Hash32) => Hash32.From(word),
            _ when type == typeof(StreamId) => new StreamId((ulong)seed + 1),
            _ when type == typeof(string) => $"text {seed}",
            _ when type == typeof(byte[]) => word[..4],
            _ when type == typeof(bool) => seed % 2 == 0,
            _ when type == typeof(BigInteger) => new BigInteger(word[..15], isUnsigned: true),
            _ when type == typeof(UInt128) => (UInt128)(ulong)seed << 60,
            _ when type.IsPrimitive => Convert.ChangeType((seed % 100) + 1, type),
            _ when type.IsGenericType => SampleList(type.GetGenericArguments()[0], seed),
            _ => Activator.CreateInstance(type, Samples(type.GetConstructors()[0].GetParameters(), seed))!,
        };
    }

    public static object[] Samples(IEnumerable<ParameterInfo> parameters, int seed = 0) => [.. parameters.Select((parameter, i) => Sample(parameter.ParameterType, seed + (7 * i)))];

    /// <summary>A sample as the encoder takes it.</summary>
    public static object ToAbi(object value) => value switch
    {
        byte or ushort or uint or ulong or long or UInt128 => BigInteger.Parse(value.ToString()!),
        StreamId stream => BigInteger.Parse(stream.ToString()),
        BigInteger or Address or Hash32 or string or bool or byte[] => value,
        System.Collections.IEnumerable list => list.Cast<object>().Select(ToAbi).ToArray(),
        _ => value.GetType().GetConstructors()[0].GetParameters().Select(member => ToAbi(value.GetType().GetProperty(member.Name!)!.GetValue(value)!)).ToArray(),
    };

    private static Array SampleList(Type element, int seed)
    {
        var list = Array.CreateInstance(element, 2);
        list.SetValue(Sample(element, seed + 1), 0);
        list.SetValue(Sample(element, seed + 2), 1);
        return list;
    }

    private static bool CanSample(Type type) =>
        type == typeof(Address) || type == typeof(Hash32) || type == typeof(StreamId) || type == typeof(string) || type == typeof(byte[]) || type == typeof(BigInteger) || type == typeof(UInt128)
        || type.IsPrimitive || type.DeclaringType?.Name.EndsWith("Struct", StringComparison.Ordinal) == true || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && CanSample(type.GetGenericArguments()[0]));

    private IEnumerable<Type> Records(string kind) => Chain.GetType($"{Type.FullName}{kind}")?.GetNestedTypes().Where(type => type.GetProperty("Abi", BindingFlags.Public | BindingFlags.Static) is not null) ?? [];

    private static object Static(Type type, string property) => type.GetProperty(property, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    // The resource whose functions are these.
    private static JsonElement FindArtifact(Type type)
    {
        var name = type.Name switch { "Usdc" => "FiatTokenV2_2", "UsdcProxy" => "FiatTokenProxy", var own => own };
        using var stream = Chain.GetManifestResourceStream($"artifacts/{name}.json")!;
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
