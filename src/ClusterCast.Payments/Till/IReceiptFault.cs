using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Payments;

/// <summary>Lets a relay sign false receipts on purpose, to show that viewers catch it. Honest relays have none.</summary>
public interface IReceiptFault
{
    /// <summary>The root that the receipt shall state in place of the head's.</summary>
    Hash32 ServedRoot(SignedHead last);
}
