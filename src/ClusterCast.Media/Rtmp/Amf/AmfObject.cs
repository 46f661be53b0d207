namespace ClusterCast.Media.Rtmp.Amf;

/// <summary>An AMF0 object or ECMA array: names to values, in the order of writing.</summary>
public sealed class AmfObject : OrderedDictionary<string, object?>
{
    /// <summary>Written as an ECMA array, as <c>onMetaData</c> is by custom.</summary>
    public bool IsArray { get; init; }

    /// <summary>The value under this name if it is there and of this type.</summary>
    public T? Get<T>(string name) => TryGetValue(name, out var value) && value is T typed ? typed : default;
}

/// <summary>Type markers of AMF0.</summary>
internal enum AmfMarker : byte
{
    Number = 0,
    Boolean = 1,
    String = 2,
    Object = 3,
    Null = 5,
    Undefined = 6,
    EcmaArray = 8,
    ObjectEnd = 9,
    StrictArray = 10,
    Date = 11,
    LongString = 12,
    Unsupported = 13,
    XmlDocument = 15,
    TypedObject = 16,
}
