using System.Text;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Abi;

/// <summary>An event of a contract. Of an indexed member that is longer than a word its logs hold only the hash.</summary>
public sealed class AbiEvent
{
    private readonly AbiTuple _members;
    private readonly bool[] _indexed;
    private readonly AbiTuple _data;

    /// <summary>From a canonical signature and the positions of its indexed members.</summary>
    public AbiEvent(string signature, params int[] indexed)
    {
        Signature = signature;
        Topic = Keccak256.Hash(Encoding.ASCII.GetBytes(signature));
        _members = new AbiTuple([.. AbiSignature.Arguments(signature).Members.Select((member, i) =>
            indexed.Contains(i) && member is AbiBytes or AbiArray or AbiTuple ? new AbiFixedBytes(Hash32.Size) : member)]);
        _indexed = [.. _members.Members.Select((_, i) => indexed.Contains(i))];
        _data = new AbiTuple([.. _members.Members.Where((_, i) => !_indexed[i])]);
    }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The first topic of its logs.</summary>
    public Hash32 Topic { get; }

    /// <summary>Which members are topics, in the order of the signature.</summary>
    public IReadOnlyList<bool> Indexed => _indexed;

    /// <summary>Whether a log is of this event.</summary>
    public bool Matches(EventLog log) => log.Topics.Count == 1 + _indexed.Count(isIndexed => isIndexed) && log.Topics[0] == Topic;

    /// <summary>The members in the order of the signature, of a log that matches.</summary>
    public AbiValues Decode(EventLog log)
    {
        var data = AbiDecoder.Decode(_data, log.Data);
        var values = new object[_members.Members.Count];
        int topic = 1, word = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _indexed[i] ? AbiDecoder.Decode(new AbiTuple([_members.Members[i]]), log.Topics[topic++].Span)[0] : data[word++];
        }

        return new AbiValues(values);
    }
}
