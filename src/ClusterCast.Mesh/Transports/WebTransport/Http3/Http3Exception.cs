namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>The peer broke a rule that ends the whole connection.</summary>
internal sealed class Http3Exception(Http3Error code, string message) : Exception(message)
{
    /// <summary>The code to close with.</summary>
    public Http3Error Code { get; } = code;
}

/// <summary>The peer broke a rule that ends one stream.</summary>
internal sealed class Http3StreamException(Http3Error code, string message) : Exception(message)
{
    /// <summary>The code to reset with.</summary>
    public Http3Error Code { get; } = code;
}
