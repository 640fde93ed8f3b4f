@ladder @F4
Feature: The edge takes the partner agency for a client
  Crossing SIP looks NATed, and the edges have one outside profile: the client's. A partner is not registered there.

  Scenario Outline: The crossing INVITE is refused because its source is not registered: called by <caller>
    Given the working configuration, changed in
      | edge.partners | unknown |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the crossing INVITE is refused with 403 by the other agency's edge
    And the ACK of the refusal reaches the edge that refused
    And agency a's edge accepts the REGISTER of its own clients
    And agency b's edge accepts the REGISTER of its own clients
    And the symptom is "agency-treated-as-client"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  @admitted
  Scenario: An edge that admits guests lets the partner in as an originating client
    Given the working configuration, changed in
      | edge.partners            | unknown |
      | edge.unregisteredClients | admit   |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then the crossing INVITE is let in as an originating client's
    And the symptom is "agency-treated-as-client"

  @latching
  Scenario Outline: Both edges wait for the other's first packet, and nothing flows between them: called by <caller>
    Given the working configuration, changed in
      | edge.peerMedia | latch |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then INVITE, 200 and ACK of the crossing dialog complete
    When <caller> talks for 40 packets
    Then no member of agency <deaf> hears <caller>'s burst
    And the symptom is "agency-treated-as-client"

    Examples:
      | caller | deaf |
      | a-ue-1 | b    |
