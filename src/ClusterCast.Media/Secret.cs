namespace ClusterCast.Media;

/// <summary>A key or passphrase. It prints as <c>****</c>, so that it cannot reach a log by accident; only <see cref="Reveal"/> gives it out.</summary>
public sealed class Secret
{
    private const string Shown = "****";
    private readonly string _value;

    /// <summary>Keeps <paramref name="value"/>.</summary>
    public Secret(string value) => _value = value;

    /// <summary>The secret itself, for the peer that it is meant for.</summary>
    public string Reveal() => _value;

    /// <summary>The text of somebody else, who may quote the secret, without it.</summary>
    public string Redact(string text)
    {
        if (_value.Length == 0) return text;
        var bare = _value.Split('?', 2)[0]; // a server quotes the name without its query
        text = text.Replace(_value, Shown, StringComparison.Ordinal);
        return bare.Length > 0 ? text.Replace(bare, Shown, StringComparison.Ordinal) : text;
    }

    /// <summary>Always <c>****</c>.</summary>
    public override string ToString() => Shown;
}
