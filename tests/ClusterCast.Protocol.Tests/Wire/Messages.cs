using System.Collections;
using System.Reflection;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

/// <summary>Every message: how to read it and write it again, and how to make up one.</summary>
internal static class Messages
{
    /// <summary>Reads a body and encodes the result as a frame.</summary>
    public delegate byte[] Recode(ReadOnlySpan<byte> body);

    public static Dictionary<FrameType, Recode> Recoders { get; } = new()
    {
        [FrameType.Hello] = b => Frame.Encode(Hello.Read(b)),
        [FrameType.Welcome] = b => Frame.Encode(Welcome.Read(b)),
        [FrameType.Goodbye] = b => Frame.Encode(Goodbye.Read(b)),
        [FrameType.Ping] = b => Frame.Encode(Ping.Read(b)),
        [FrameType.Pong] = b => Frame.Encode(Pong.Read(b)),
        [FrameType.Observed] = b => Frame.Encode(Observed.Read(b)),
        [FrameType.Load] = b => Frame.Encode(Load.Read(b)),
        [FrameType.Subscribe] = b => Frame.Encode(Subscribe.Read(b)),
        [FrameType.Subscribed] = b => Frame.Encode(Subscribed.Read(b)),
        [FrameType.Refused] = b => Frame.Encode(Refused.Read(b)),
        [FrameType.Unsubscribe] = b => Frame.Encode(Unsubscribe.Read(b)),
        [FrameType.Ended] = b => Frame.Encode(Ended.Read(b)),
        [FrameType.Fetch] = b => Frame.Encode(Fetch.Read(b)),
        [FrameType.Have] = b => Frame.Encode(Have.Read(b)),
        [FrameType.Init] = b => Frame.Encode(InitMessage.Read(b)),
        [FrameType.Window] = b => Frame.Encode(WindowMessage.Read(b)),
        [FrameType.Part] = b => Frame.Encode(PartMessage.Read(b)),
        [FrameType.Head] = b => Frame.Encode(HeadMessage.Read(b)),
        [FrameType.Node] = b => Frame.Encode(NodeMessage.Read(b)),
        [FrameType.Leaf] = b => Frame.Encode(LeafMessage.Read(b)),
        [FrameType.SessionOpen] = b => Frame.Encode(SessionOpenMessage.Read(b)),
        [FrameType.Offer] = b => Frame.Encode(Offer.Read(b)),
        [FrameType.Ticket] = b => Frame.Encode(TicketMessage.Read(b)),
        [FrameType.TicketRefused] = b => Frame.Encode(TicketRefused.Read(b)),
        [FrameType.Receipt] = b => Frame.Encode(ReceiptMessage.Read(b)),
        [FrameType.SessionRefused] = b => Frame.Encode(SessionRefused.Read(b)),
        [FrameType.SessionClose] = b => Frame.Encode(SessionClose.Read(b)),
        [FrameType.Record] = b => Frame.Encode(RelayRecord.Read(b)),
        [FrameType.Announce] = b => Frame.Encode(Announce.Read(b)),
        [FrameType.Withdraw] = b => Frame.Encode(Withdraw.Read(b)),
        [FrameType.Evidence] = b => Frame.Encode(EvidenceMessage.Read(b)),
        [FrameType.SessionNews] = b => Frame.Encode(SessionNews.Read(b)),
        [FrameType.SessionEnd] = b => Frame.Encode(SessionEndMessage.Read(b)),
        [FrameType.PunchRequest] = b => Frame.Encode(PunchRequest.Read(b)),
        [FrameType.PunchOffer] = b => Frame.Encode(PunchOffer.Read(b)),
        [FrameType.PunchGo] = b => Frame.Encode(PunchGo.Read(b)),
        [FrameType.PunchRefused] = b => Frame.Encode(PunchRefused.Read(b)),
        [FrameType.Measure] = b => Frame.Encode(Measure.Read(b)),
        [FrameType.Padding] = b => Frame.Encode(Padding.Read(b)),
        [FrameType.Measured] = b => Frame.Encode(Measured.Read(b)),
        [FrameType.Resend] = b => Frame.Encode(Resend.Read(b)),
        [FrameType.LaneReport] = b => Frame.Encode(LaneReport.Read(b)),
        [FrameType.LaneOpen] = b => Frame.Encode(LaneOpen.Read(b)),
        [FrameType.LaneBlock] = b => Frame.Encode(LaneBlock.Read(b)),
    };

    /// <summary>The message types that are ordinary structs or classes; the others only live on the stack.</summary>
    public static Type[] Types { get; } =
        [.. typeof(IMessage).Assembly.GetTypes().Where(t => typeof(IMessage).IsAssignableFrom(t) && !t.IsInterface && !t.IsByRefLike)];

    /// <summary>A message with random fields within the bounds of spec/wire.md.</summary>
    public static IMessage Make(Type type, Random random)
    {
        var constructor = type.GetConstructors().Single(c => c.GetParameters().Length > 0);
        var arguments = constructor.GetParameters().Select(p => Value(p.ParameterType, random)).ToArray();
        if (type == typeof(RelayRecord))
        {
            // Issued and Expires: a life that a reader takes.
            arguments[3] = (ulong)random.NextInt64();
            arguments[4] = (ulong)arguments[3] + (ulong)random.Next(1, 90_001);
        }

        return (IMessage)constructor.Invoke(arguments);
    }

    /// <summary>A frame of any of the messages.</summary>
    public static byte[] MakeFrame(Random random)
    {
        var which = random.Next(Types.Length + 4);
        return which == 0 ? Frame.Encode(new LeafMessage(1, 2, 3, 4, random.Bytes(random.Next(1, 600))))
            : which == 1 ? Frame.Encode(new InitMessage(1, 2, 3, random.Bytes(random.Next(1, 600))))
            : which == 2 ? Frame.Encode(new Padding(1, random.Bytes(random.Next(1, 600))))
            : which == 3 ? Frame.Encode(new LaneBlock(1, random.Bytes(random.Next(1, 600))))
            : Encode(Make(Types[which - 4], random));
    }

    public static byte[] Encode(IMessage message) => Frame.Encode(message);

    /// <summary>Reads with the type's own <c>Read</c>.</summary>
    public static IMessage Read(Type type, byte[] body)
    {
        var read = type.GetMethod("Read", BindingFlags.Public | BindingFlags.Static)!;
        return type.IsValueType
            ? (IMessage)typeof(Messages).GetMethod(nameof(ReadStruct), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [read, body])!
            : read.CreateDelegate<Reader<RelayRecord>>()(body);
    }

    /// <summary>Whether two messages of one type have the same fields, lists compared by their items.</summary>
    public static void Equal(IMessage expected, IMessage actual)
    {
        foreach (var property in expected.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (left, right) = (property.GetValue(expected), property.GetValue(actual));
            if (left is IEnumerable list and not string && left is not (Hash32 or Address or Signature))
            {
                Assert.Equal(list.Cast<object>(), ((IEnumerable)right!).Cast<object>());
            }
            else
            {
                Assert.Equal(left, right);
            }
        }
    }

    private delegate T Reader<T>(ReadOnlySpan<byte> body);

    private static IMessage ReadStruct<T>(MethodInfo read, byte[] body)
        where T : struct, IMessage => read.CreateDelegate<Reader<T>>()(body);

    private static object Value(Type type, Random random) => type switch
    {
        _ when type == typeof(byte) => random.Bytes(1)[0],
        _ when type == typeof(ushort) => BitConverter.ToUInt16(random.Bytes(2)),
        _ when type == typeof(uint) => BitConverter.ToUInt32(random.Bytes(4)),
        _ when type == typeof(ulong) => BitConverter.ToUInt64(random.Bytes(8)),
        _ when type == typeof(UInt128) => BitConverter.ToUInt128(random.Bytes(16)),
        _ when type == typeof(Hash32) => Hash32.From(random.Bytes(32)),
        _ when type == typeof(Address) => Address.From(random.Bytes(20)),
        _ when type == typeof(Signature) => Signature.From(random.Bytes(65)),
        _ when type == typeof(StreamId) => new StreamId(Hash32.From(random.Bytes(32))),
        _ when type == typeof(NetAddress) => new NetAddress(BitConverter.ToUInt128(random.Bytes(16)), BitConverter.ToUInt16(random.Bytes(2))),
        _ when type == typeof(string) => Text(random),
        _ when type == typeof(Hash32[]) => Many(random, 0, 256, () => Hash32.From(random.Bytes(32))),
        _ when type == typeof(Address[]) => Many(random, 1, 8, () => Address.From(random.Bytes(20))),
        _ when type == typeof(IReadOnlyList<Endpoint>) => Many(random, 1, 8, () => new Endpoint((EndpointKind)random.Next(1, 3), Text(random))),
        _ when type == typeof(IReadOnlyList<CarriedTrack>) => Many(
            random, 0, 64, () => new CarriedTrack(new TrackKey(new StreamId(Hash32.From(random.Bytes(32))), (ushort)random.Next(65_536)), (uint)random.Next(), (uint)random.Next())),
        _ when type == typeof(SessionOpenMessage) => Make(type, random),
        _ when type == typeof(Head) || type == typeof(Receipt) => Struct(type, random),
        _ when type == typeof(TrackKey) => new TrackKey(new StreamId(Hash32.From(random.Bytes(32))), (ushort)random.Next(65_536)),
        _ when type == typeof(PartProof) => new PartProof(Hash32.From(random.Bytes(32)), Many(random, 0, 8, () => Hash32.From(random.Bytes(32)))),
        _ when type == typeof(Offence) => Struct(Offences[random.Next(Offences.Length)], random),
        { IsEnum: true } => Enum.ToObject(type, Value(type.GetEnumUnderlyingType(), random)),
        _ => throw new InvalidOperationException($"No random value of type {type}."),
    };

    private static Type[] Offences { get; } = [typeof(FalseReceipt), typeof(Equivocation), typeof(ConflictingParts), typeof(PartsBeyondLast)];

    private static object Struct(Type type, Random random)
    {
        var constructor = type.GetConstructors().Single(c => c.GetParameters().Length > 1);
        return constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType, random))]);
    }

    private static string Text(Random random) =>
        string.Concat(Many(random, 0, 40, () => random.Next(4) == 0 ? new[] { "é", "日", "🎥", "\0" }[random.Next(4)] : ((char)random.Next(32, 127)).ToString()));

    private static T[] Many<T>(Random random, int atLeast, int atMost, Func<T> make) => [.. Enumerable.Range(0, random.Next(atLeast, atMost + 1)).Select(_ => make())];
}
